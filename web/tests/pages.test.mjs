// What holds for every page of the storefront: accessibility, keyboard, first paint, a session out of reach of scripts.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { checkAccessibility } from './browser.mjs'
import { byHeading, signIn, useStorefront } from './storefront.mjs'

const storefront = useStorefront()
const { asVisitor } = storefront

/** When the page showed its first text or picture, in milliseconds after it was asked for. */
function firstPaint(page) {
  return page.evaluate(
    () =>
      new Promise((resolve) => {
        new PerformanceObserver((list, observer) => {
          const [paint] = list.getEntriesByName('first-contentful-paint')
          if (!paint) return
          observer.disconnect()
          resolve(paint.startTime)
        }).observe({ type: 'paint', buffered: true })
      }),
  )
}

describe('the pages', () => {
  const everybody = ['/', '/?q=nothing+at+all', '/products/movie-the-dare', '/products/nowhere', '/sign-in', '/sign-up', '/order', '/orders/nowhere', '/nowhere']
  const customer = ['/order', '/checkout', '/orders', '/account']
  const staff = ['/staff/products/new', '/staff/products/vehicle-zoe-2019', '/staff/orders', '/staff/applications', '/staff/credit']
  const looks = [
    { colorScheme: 'light' },
    { colorScheme: 'dark' },
    { colorScheme: 'light', viewport: { width: 360, height: 640 } },
  ]
  for (const look of looks) {
    const name = look.viewport ? 'small' : look.colorScheme
    test(`have no serious violation of accessibility (${name})`, () =>
      asVisitor(async (page) => {
        const inspect = async (path) => {
          await page.goto(path)
          await page.waitForLoadState('networkidle')
          await page.locator('h1').waitFor()
          await checkAccessibility(page, `${path} (${name})`)
          const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
          assert.ok(overflow <= 0, `${path} is ${overflow} pixels wider than the screen`)
        }
        for (const path of everybody) await inspect(path)
        await signIn(page, 'walter')
        for (const path of customer) await inspect(path)
        await page.getByRole('button', { name: 'Sign out', exact: true }).click()
        await page.getByRole('link', { name: 'Sign in' }).waitFor()
        await signIn(page, 'clerk')
        for (const path of staff) await inspect(path)
      }, look))
  }

  test('are used with the keyboard: skip link, focus on the heading of the next page', () =>
    asVisitor(async (page) => {
      await page.goto('/')
      await page.locator('.card').first().waitFor()
      await page.keyboard.press('Tab')
      assert.equal(await page.evaluate(() => document.activeElement?.className), 'skip')
      await page.getByRole('link', { name: 'Sign in' }).focus()
      await page.keyboard.press('Enter')
      await byHeading(page, 'Sign in').waitFor()
      await page.waitForFunction(() => document.activeElement?.tagName === 'H1')
      assert.match(await page.title(), /^Sign in/)
    }))

  test('paint before anything is answered, within a second', (t) =>
    asVisitor(async (page) => {
      // On a busy machine a second says nothing of the page: it is compared with what a page of one line takes there.
      await page.goto('/healthz')
      const plain = await firstPaint(page)
      await page.route('**/graphql', () => undefined) // which leaves it without an answer
      await page.goto('/')
      const paint = await firstPaint(page)
      t.diagnostic(`the first paint took ${Math.round(paint)} ms, that of a line of text ${Math.round(plain)} ms`)
      assert.ok(paint < Math.max(1000, 10 * plain), `the first paint took ${paint} ms, that of a line of text ${plain} ms`)
    }))

  test('cannot read the session cookie', () =>
    asVisitor(async (page, { context }) => {
      await signIn(page, 'walter')
      const cookies = await context.cookies()
      assert.deepEqual(
        cookies.map(({ name, httpOnly, sameSite }) => ({ name, httpOnly, sameSite })),
        [{ name: 'session', httpOnly: true, sameSite: 'Lax' }],
      )
      assert.equal(await page.evaluate(() => document.cookie), '')
    }))
})
