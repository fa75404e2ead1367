// What the tests of the storefront's pages share: a shop whose router is the strictest, visitors, and what people do.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before } from 'node:test'
import { fileURLToPath } from 'node:url'
import { launch, visit } from './browser.mjs'
import { startShop } from './shop.mjs'

const manifestFile = fileURLToPath(new URL('../storefront/dist/trusted-documents.json', import.meta.url))

/** The documents that the pages send, by their hash. */
export const manifest = JSON.parse(readFileSync(manifestFile, 'utf8'))

export const unique = () => Math.random().toString(36).slice(2, 10)

/**
 * Starts a shop and a browser before the tests of a file and ends them after. The router runs the storefront's documents
 * and no other.
 */
export function useStorefront() {
  const storefront = {
    /** @type {Awaited<ReturnType<typeof startShop>>} */
    shop: undefined,
    /** @type {import('playwright-core').Browser} */
    browser: undefined,
    /** Opens the storefront as a new visitor, runs the scenario, and asserts that nothing went wrong unnoticed. */
    async asVisitor(scenario, options) {
      const visitor = await visit(storefront.browser, storefront.shop.url('storefront'), options)
      const sent = []
      visitor.context.on('request', (request) => sent.push(request))
      try {
        await scenario(visitor.page, visitor)
        sent.forEach(checkTrusted)
        visitor.check()
      } catch (error) {
        if (process.env.SCREENSHOTS) await visitor.page.screenshot({ path: `${process.env.SCREENSHOTS}/failed-${unique()}.png` })
        throw error
      } finally {
        await visitor.context.close()
      }
    },
  }
  before(async () => {
    storefront.shop = await startShop({ TRUSTED_DOCUMENTS: manifestFile, TRUSTED_DOCUMENTS_ONLY: 'true' })
    storefront.browser = await launch()
  })
  after(async () => {
    await storefront.browser?.close()
    await storefront.shop?.stop()
  })
  return storefront
}

/**
 * Every operation that the pages send must be the one that the manifest of trusted documents has under its hash. The
 * browser does not say what a request with files has in it; that the router runs it says the same.
 */
function checkTrusted(request) {
  if (!request.url().endsWith('/graphql') || request.headers()['content-type']?.startsWith('multipart/')) return
  const { query, extensions } = request.postDataJSON()
  assert.equal(manifest[extensions.persistedQuery.sha256Hash], query)
}

/** The hash of the document with this operation, such as query Products. */
export function hashOf(operation) {
  const [hash] = Object.entries(manifest).find(([, document]) => document.startsWith(operation) && /^\W/.test(document.slice(operation.length))) ?? []
  assert.ok(hash, `the manifest has no ${operation}`)
  return hash
}

export const byHeading = (page, name) => page.getByRole('heading', { level: 1, name })
export const basket = (page, pieces) => page.locator(`[data-basket="${pieces}"]`).waitFor()
export const total = (page, amount) => page.locator(`[data-total="${amount}"]`).waitFor()
export const missing = (page, part) => page.locator(`[data-missing="${part}"]`)
/** The link to the open order in the head, with how much is in it. */
export const toOrder = (page) => page.getByRole('link', { name: /^Order/ }).first()

/** Signs somebody in: one of the demo, or who has signed up before. */
export async function signIn(page, username) {
  await page.goto('/sign-in')
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('Password').fill(username.startsWith('guest-') ? guestPassword : `${username}-demo`)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: 'Sign out', exact: true }).waitFor()
}

export const guestPassword = 'correct horse battery'

/** Signs a new customer up and returns their username. */
export async function signUp(page) {
  const username = `guest-${unique()}`
  await page.goto('/sign-up')
  await page.getByLabel('Username').fill(username)
  await page.getByText(`${username} is free.`).waitFor()
  await page.getByLabel('Password').fill(guestPassword)
  await page.getByLabel('Name (required)', { exact: true }).fill('A Guest')
  await page.getByRole('button', { name: 'Sign up' }).click()
  await page.getByRole('button', { name: 'Sign out', exact: true }).waitFor()
  return username
}

/** Goes to a product by a search, and adds some pieces of it to the order. */
export async function searchAndAdd(page, name, pieces) {
  await page.getByRole('link', { name: 'Products', exact: true }).click()
  await page.getByRole('searchbox').fill(name)
  await page.getByText('One product', { exact: true }).waitFor()
  await page.getByRole('link', { name, exact: true }).click()
  await byHeading(page, name).waitFor()
  await page.getByLabel('Pieces').fill(String(pieces))
  await page.getByRole('button', { name: 'Add to order' }).click()
  await page.getByText(`${pieces} × ${name} is in your order.`).waitFor()
}

/** Places the open order, and goes to its page. */
export async function placeOrder(page) {
  await toOrder(page).click()
  await page.getByRole('link', { name: 'Go to checkout' }).click()
  await page.getByRole('button', { name: 'Place the order' }).click()
  await page.locator('[data-order] a[href^="/orders/"]').first().click()
  await byHeading(page, 'Order').waitFor()
}
