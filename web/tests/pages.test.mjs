// What holds for every page of the storefront: accessibility, keyboard, first paint, a session out of reach of scripts.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { checkAccessibility } from './browser.mjs'
import { byHeading, signIn, useStorefront } from './storefront.mjs'

const storefront = useStorefront()
const { asVisitor } = storefront

describe('the pages', () => {
  const everybody = ['/', '/?q=nothing+at+all', '/products/movie-the-dare', '/products/nowhere', '/sign-in', '/sign-up', '/order', '/nowhere']
  const customer = ['/order', '/checkout', '/orders', '/account']
  const staff = ['/staff/products/new', '/staff/products/vehicle-zoe-2019', '/staff/credit']
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

  test('paint within a second', () =>
    asVisitor(async (page) => {
      await page.goto('/')
      const paint = await page.evaluate(
        () =>
          new Promise((resolve) => {
            new PerformanceObserver((list) => resolve(list.getEntriesByName('first-contentful-paint')[0]?.startTime)).observe({ type: 'paint', buffered: true })
          }),
      )
      assert.ok(paint < 1000, `the first paint took ${paint} ms`)
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
