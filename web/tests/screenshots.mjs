// Renews the pictures of the README: the storefront as a signed-in customer sees it, and the playground with the plan and
// the timing of the shop's query.
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { launch, visit } from './browser.mjs'
import { startShop } from './shop.mjs'
import { signIn } from './storefront.mjs'

const folder = process.env.SCREENSHOTS ?? fileURLToPath(new URL('../../docs/images', import.meta.url))
mkdirSync(folder, { recursive: true })

const shop = await startShop({ DEVELOPMENT: 'true' })
const browser = await launch()
try {
  const { page } = await visit(browser, shop.url('storefront'), { viewport: { width: 1280, height: 860 }, reducedMotion: 'reduce' })
  await signIn(page, 'walter')
  await page.goto('/?kind=MOVIE')
  await page.locator('.card').first().waitFor()
  await page.locator('[data-basket]').waitFor()
  await picture(page, 'storefront')
  await picturePlayground()
} finally {
  await browser.close()
  await shop.stop()
}

async function picturePlayground() {
  const { page } = await visit(browser, shop.url('router'), { viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' })
  await page.goto('/')
  await page.locator('.graphiql-query-editor .view-line').first().waitFor()
  const people = page.getByRole('group', { name: 'Sign in as' })
  await people.getByRole('button', { name: 'Walter', exact: true }).click()
  await page.getByRole('status').getByText('Walter: done').waitFor()
  await page.getByRole('button', { name: /^Execute query/ }).click()
  await page.locator('.waterfall-bar').first().waitFor()
  await picture(page, 'playground')
}

async function picture(page, name) {
  await page.screenshot({ path: `${folder}/${name}.png` })
  console.log(`${folder}/${name}.png`)
}
