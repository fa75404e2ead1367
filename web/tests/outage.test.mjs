// The storefront while parts of the shop are down: processes that are really killed, and started again.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { checkAccessibility } from './browser.mjs'
import { untilOrderKnows } from './graph.mjs'
import { basket, byHeading, missing, searchAndAdd, signIn, signUp, useStorefront } from './storefront.mjs'

const storefront = useStorefront()
const { asVisitor } = storefront

describe('while a part of the shop is down', () => {
  /** What a page is, at each address, when everything is up: it must come back without a reload. */
  const everyPage = {
    '/': { title: 'Products', ready: '.card' },
    '/products/movie-the-dare': { title: 'The Dare', ready: '.facts' },
    '/order': { title: 'Your order', ready: '[data-total]' },
    '/checkout': { title: 'Checkout', ready: 'text=Place the order' },
    '/orders': { title: 'Past orders', ready: '[data-order]' },
    '/account': { title: 'Your account', ready: 'text=Where you are signed in' },
  }
  /** Which pages say that the part is missing, and what of each page still shows. */
  const missingOn = {
    product: { '/': [], '/products/movie-the-dare': [], '/order': ['text=Metropolis', '[data-total="999"]', '[data-decision]'] },
    order: { '/products/movie-the-dare': ['.facts'], '/order': [], '/checkout': [], '/orders': [] },
    credit: {
      '/': ['.card'],
      '/products/movie-the-dare': ['.facts'],
      '/order': ['text=Metropolis', '[data-total="999"]'],
      '/account': ['text=Where you are signed in'],
    },
    user: { '/order': [], '/checkout': [], '/orders': [], '/account': [] },
  }
  /** The same for the page of an order that was placed. */
  const missingOnOrder = { order: [], credit: ['[data-total="799"]', '[data-status="PLACED"]'], user: [] }

  for (const part of ['product', 'order', 'credit', 'user']) {
    test(`${part}: every page shows, says what is missing, and recovers without a reload`, () =>
      asVisitor(async (page, visitor) => {
        // One tab for each page, all of the same person, open before anything fails.
        await signUp(page)
        await searchAndAdd(page, 'The General', 1)
        await page.goto('/checkout')
        await page.getByRole('button', { name: 'Place the order' }).click()
        const order = await page.locator('[data-order]').getAttribute('data-order')
        await searchAndAdd(page, 'Metropolis', 1)
        const pages = { ...everyPage, [`/orders/${order}`]: { title: 'Order', ready: '[data-total="799"]' } }
        const expected = { ...missingOn[part], ...(missingOnOrder[part] && { [`/orders/${order}`]: missingOnOrder[part] }) }
        // The person's token was checked by every service, which therefore have the keys.
        for (const [path, { ready }] of Object.entries(pages)) {
          await page.goto(path)
          await page.locator(ready).first().waitFor()
        }

        const tabs = []
        await storefront.shop.kill(part)
        try {
          for (const [path, { title, ready }] of Object.entries(pages)) {
            const tab = await visitor.context.newPage()
            await tab.goto(path)
            tabs.push({ tab, path, ready })
            const still = expected[path]
            if (!still) {
              await tab.locator(ready).first().waitFor()
              assert.equal(await missing(tab, part).count(), 0, `${path} misses ${part}, which it does not need`)
              continue
            }
            await missing(tab, part).first().waitFor()
            for (const selector of still) await tab.locator(selector).first().waitFor()
            if (still.length > 0) assert.equal(await byHeading(tab, title).count(), 1)
            await checkAccessibility(tab, `${path} without ${part}`)
          }
        } finally {
          await storefront.shop.start(part)
        }
        for (const { tab, path, ready } of tabs) {
          tab.on('load', () => assert.fail(`${path} was loaded again`))
          try {
            await tab.locator(ready).first().waitFor()
            await missing(tab, part).first().waitFor({ state: 'detached' })
            await tab.getByRole('button', { name: 'Sign out', exact: true }).waitFor()
          } catch (error) {
            throw new Error(`${path} does not come back after ${part} was restarted`, { cause: error })
          }
        }
      }))
  }

  test('the pages of staff say what is missing and recover', () =>
    asVisitor(async (page) => {
      await signIn(page, 'clerk')
      const look = async (username) => {
        await page.getByLabel('Username of the customer').fill(username)
        await page.getByRole('button', { name: 'Find' }).click()
      }
      await page.goto('/staff/credit')
      await look('jack')
      await page.locator('[data-credit="BAD"]').waitFor()
      for (const [part, username, status] of [
        ['credit', 'walter', 'GOOD'],
        ['user', 'leslie', 'UNKNOWN'],
      ]) {
        await storefront.shop.kill(part)
        try {
          await look(username)
          await missing(page, part).waitFor()
        } finally {
          await storefront.shop.start(part)
        }
        await page.locator(`[data-credit="${status}"]`).waitFor()
      }
      await storefront.shop.kill('product')
      try {
        await page.goto('/staff/products/vehicle-zoe-2019')
        await missing(page, 'product').waitFor()
      } finally {
        await storefront.shop.start('product')
      }
      await page.getByLabel('Make').waitFor()
      assert.equal(await page.getByLabel('Make').inputValue(), 'Renault')
    }))

  test('adding to the order without order says so and loses nothing; without product it works', () =>
    asVisitor(async (page) => {
      await untilOrderKnows(storefront.shop, 'movie-nosferatu', 899)
      await signUp(page)
      await page.goto('/products/movie-nosferatu')
      await page.getByLabel('Pieces').fill('3')
      const add = page.getByRole('button', { name: 'Add to order' })
      await storefront.shop.kill('order')
      try {
        await add.click()
        await page.getByRole('alert').getByText('Orders cannot be reached at the moment.').waitFor()
      } finally {
        await storefront.shop.start('order')
      }
      assert.equal(await page.getByLabel('Pieces').inputValue(), '3')
      await storefront.shop.kill('product')
      try {
        await add.click()
        await page.getByText('3 × Nosferatu is in your order.').waitFor()
      } finally {
        await storefront.shop.start('product')
      }
      await basket(page, 3)
    }))

  test('without accounts, signing in and up say so and keep what was typed', () =>
    asVisitor(async (page) => {
      await storefront.shop.kill('user')
      try {
        await page.goto('/sign-up')
        await page.getByText('Accounts are away for a moment').waitFor()
        await page.getByLabel('Username').fill('somebody-new')
        await page.getByText('We cannot check right now whether this name is free.').waitFor()
        await page.goto('/sign-in')
        await page.getByLabel('Username').fill('leslie')
        await page.getByLabel('Password').fill('leslie-demo')
        await page.getByRole('button', { name: 'Sign in' }).click()
        await page.getByRole('alert').getByText('Accounts cannot be reached at the moment.').waitFor()
      } finally {
        await storefront.shop.start('user')
      }
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('button', { name: 'Sign out', exact: true }).waitFor()
    }))

  test('without the router the pages come up and recover', () =>
    asVisitor(async (page, visitor) => {
      visitor.allow(/^answer 502: POST .*\/graphql$/)
      visitor.allow(/^console error: Failed to load resource: the server responded with a status of 502/)
      await storefront.shop.kill('router')
      try {
        await page.goto('/')
        await missing(page, 'shop').first().waitFor()
        await page.getByText('Accounts are away for a moment').waitFor()
      } finally {
        await storefront.shop.start('router')
      }
      await page.locator('.card').first().waitFor()
      await missing(page, 'shop').first().waitFor({ state: 'detached' })
      await page.getByRole('link', { name: 'Sign in' }).waitFor()
    }))
})

