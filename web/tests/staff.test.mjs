// What staff do in the storefront, and what customers see of it, in a real browser against a shop of real processes.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { checkAccessibility } from './browser.mjs'
import { untilOrderKnows } from './graph.mjs'
import { byHeading, placeOrder, searchAndAdd, signIn, signUp, toOrder, total, unique, useStorefront } from './storefront.mjs'

const storefront = useStorefront()
const { asVisitor } = storefront

/** The id of the product or order whose page is open. */
const idOf = (page) => decodeURIComponent(new URL(page.url()).pathname.split('/').at(-1))

const picture = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')

/** Adds a product of its own for a test, by a clerk who is signed in, and stays on its page. */
async function createGoods(clerk) {
  const name = `A Thing ${unique()}`
  await clerk.goto('/staff/products/new')
  await clerk.getByLabel('Goods').check()
  await clerk.getByLabel('Name (required)', { exact: true }).fill(name)
  await clerk.getByLabel('Price in euros').fill('30.00')
  await clerk.getByLabel('Pieces in stock').fill('20')
  await clerk.getByRole('button', { name: 'Create' }).click()
  await byHeading(clerk, name).waitFor()
  return name
}

describe('staff', () => {
  test('staff add, change and delete a product; a customer accepts its new price', () =>
    asVisitor(async (clerk) => {
      const title = `A Film ${unique()}`
      await signIn(clerk, 'clerk')
      await clerk.getByRole('link', { name: 'New product' }).click()
      await clerk.getByRole('button', { name: 'Create' }).click()
      await clerk.locator('input[name=title][aria-invalid=true]').waitFor()
      await clerk.getByLabel('Title').fill(title)
      await clerk.getByLabel('Year').fill('2024')
      await clerk.getByLabel('Price in euros').fill('10.00')
      await clerk.getByLabel('Pieces in stock').fill('20')
      await clerk.getByRole('button', { name: 'Create' }).click()
      await byHeading(clerk, title).waitFor()

      await asVisitor(async (customer) => {
        await signUp(customer)
        await searchAndAdd(customer, title, 2)
        await toOrder(customer).click()
        await total(customer, 2000)
        await customer.getByRole('link', { name: 'Go to checkout' }).click()
        await customer.getByRole('button', { name: 'Place the order' }).waitFor()

        await clerk.getByRole('link', { name: 'Edit', exact: true }).click()
        await clerk.getByLabel('Price in euros').fill('12.50')
        await clerk.getByRole('button', { name: 'Save' }).click()
        await clerk.getByText('€12.50').first().waitFor()
        await untilOrderKnows(storefront.shop, idOf(clerk), 1250)

        await customer.getByRole('button', { name: 'Place the order' }).click()
        const changes = customer.getByRole('alert')
        await changes.getByText('€10.00').waitFor()
        await changes.getByText('€12.50').waitFor()
        await customer.getByRole('button', { name: 'Accept and place the order' }).click()
        await customer.locator('[data-status="PLACED"]').getByText('€25.00').first().waitFor()
        await customer.getByRole('button', { name: /Cancel this order/ }).click()
        await customer.locator('[data-status="CANCELLED"]').waitFor()
      })

      await clerk.getByRole('button', { name: 'Delete', exact: true }).click()
      await clerk.getByRole('button', { name: 'Delete it' }).click()
      await byHeading(clerk, 'Products').waitFor()
      await clerk.getByRole('searchbox').fill(title)
      await clerk.getByText('Nothing matches your search.').waitFor()
    }))

  test('staff set a credit status, and the customer gets another decision', () =>
    asVisitor(async (customer) => {
      const username = await signUp(customer)
      await searchAndAdd(customer, 'Nosferatu', 1)
      await asVisitor(async (clerk) => {
        await signIn(clerk, 'clerk')
        await clerk.getByRole('link', { name: 'Credit' }).click()
        await clerk.getByLabel('Username of the customer').fill(username)
        await clerk.getByRole('button', { name: 'Find' }).click()
        await clerk.locator('[data-credit="UNKNOWN"]').waitFor()
        await clerk.getByLabel('Good', { exact: true }).check()
        await clerk.getByLabel('Why').fill('a test')
        await clerk.getByRole('button', { name: 'Set the status' }).click()
        await clerk.locator('[data-credit="GOOD"]').waitFor()
      })
      await toOrder(customer).click()
      await customer.locator('[data-decision="OFFER"]').waitFor()
    }))

  test('staff upload, replace and delete files; customers see the picture and download the rest', () =>
    asVisitor(async (clerk) => {
      await signIn(clerk, 'clerk')
      const name = await createGoods(clerk)
      const address = new URL(clerk.url()).pathname
      await clerk.getByRole('link', { name: 'Edit', exact: true }).click()
      await clerk.getByText('There are none yet.').waitFor()
      const choose = clerk.getByLabel('Upload files')
      const text = (content) => ({ name: 'terms & conditions.txt', mimeType: 'text/plain', buffer: Buffer.from(content) })
      await choose.setInputFiles([
        { name: 'front.png', mimeType: 'image/png', buffer: picture },
        { name: 'manual.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7\n' + 'words '.repeat(2000)) },
        text('the first terms'),
      ])
      const uploads = clerk.getByRole('list', { name: 'Uploads' })
      for (const file of ['front.png', 'manual.pdf', 'terms & conditions.txt']) {
        await uploads.locator('[data-upload="done"]').filter({ hasText: file }).waitFor()
        await clerk.locator(`[data-file="${file}"]`).waitFor()
      }

      await choose.setInputFiles([text('the second terms'), { name: 'front.png', mimeType: 'image/png', buffer: picture }])
      await uploads.locator('[data-upload="taken"]').filter({ hasText: 'front.png' }).waitFor()
      await checkAccessibility(clerk, 'files that are there already')
      await clerk.getByRole('button', { name: 'Keep the old one: front.png' }).click()
      await clerk.getByRole('button', { name: 'Replace terms & conditions.txt' }).click()
      await uploads.locator('[data-upload="done"]').filter({ hasText: 'terms' }).waitFor()

      await asVisitor(async (customer) => {
        await customer.goto(address)
        const shown = customer.getByRole('img', { name: `${name}: front.png` })
        await shown.waitFor()
        await customer.waitForFunction(() => document.querySelector('.pictures img').naturalWidth === 1)
        await customer.getByText('PDF, 12 kB').waitFor()
        const downloading = customer.waitForEvent('download')
        await customer.getByRole('link', { name: 'terms & conditions.txt' }).click()
        const download = await downloading
        assert.equal(download.suggestedFilename(), 'terms & conditions.txt')
        assert.equal(readFileSync(await download.path(), 'utf8'), 'the second terms')
        await checkAccessibility(customer, 'a product with files')

        await clerk.getByRole('button', { name: 'Delete manual.pdf' }).click()
        await clerk.getByRole('dialog').getByRole('button', { name: 'Delete it' }).click()
        await clerk.locator('[data-file="manual.pdf"]').waitFor({ state: 'detached' })
        await customer.reload()
        await customer.getByRole('link', { name: 'terms & conditions.txt' }).waitFor()
        assert.equal(await customer.getByRole('link', { name: 'manual.pdf' }).count(), 0)
      })
    }))

  test('an upload without the product service says so and is tried again', () =>
    asVisitor(async (clerk) => {
      await signIn(clerk, 'clerk')
      await createGoods(clerk)
      await clerk.getByRole('link', { name: 'Edit', exact: true }).click()
      await clerk.getByText('There are none yet.').waitFor()
      await storefront.shop.kill('product')
      try {
        await clerk.getByLabel('Upload files').setInputFiles({ name: 'late.txt', mimeType: 'text/plain', buffer: Buffer.from('late') })
        await clerk.getByRole('alert').getByText('The catalogue cannot be reached at the moment.').waitFor()
      } finally {
        await storefront.shop.start('product')
      }
      await clerk.getByRole('button', { name: 'Try again: late.txt' }).click()
      await clerk.locator('[data-file="late.txt"]').waitFor()
    }))

  test('a customer applies for financing; staff decide, and the customer reads why', () =>
    asVisitor(async (customer) => {
      await signUp(customer)
      await searchAndAdd(customer, 'Metropolis', 3)
      await toOrder(customer).click()
      await customer.getByLabel('Over').selectOption('36')
      await customer.getByText('over 36 months').waitFor()
      await customer.getByRole('button', { name: 'Apply for these instalments' }).click()
      await customer.locator('[data-application="PENDING"]').getByText(/€29.97 over 36 months/).waitFor()
      // Another term is another application.
      await customer.getByLabel('Over').selectOption('12')
      await customer.getByRole('button', { name: 'Apply for these instalments instead' }).click()
      await customer.locator('[data-application="PENDING"]').getByText(/€29.97 over 12 months/).waitFor()
      await checkAccessibility(customer, 'an order with an application')
      await placeOrder(customer)
      await customer.locator('[data-application="PENDING"]').getByText(/€29.97 over 12 months/).waitFor()

      await asVisitor(async (clerk) => {
        await signIn(clerk, 'clerk')
        await clerk.getByRole('link', { name: 'Applications' }).click()
        const waiting = clerk.locator('[data-application="PENDING"]').filter({ has: clerk.locator(`a[href="/orders/${idOf(customer)}"]`) })
        await waiting.getByText(/€29.97 over 12 months/).waitFor()
        await waiting.getByRole('button', { name: 'Decide' }).click()
        await waiting.getByText('Please choose.').waitFor()
        await waiting.getByLabel('Approve').check()
        await waiting.getByRole('button', { name: 'Decide' }).click()
        await waiting.locator('input[name=reason][aria-invalid=true]').waitFor()
        await checkAccessibility(clerk, 'applications')
        await waiting.getByLabel('Why').fill('A good customer of the cinema.')
        await waiting.getByRole('button', { name: 'Decide' }).click()
        await clerk.locator('[data-application="APPROVED"]').getByText('A good customer of the cinema.').waitFor()
      })
      await customer.reload()
      const decided = customer.locator('[data-application="APPROVED"]')
      await decided.getByText('A good customer of the cinema.').waitFor()
    }))

  test('staff take an order from paid to shipped, and its page follows without a reload, also after an outage', () =>
    asVisitor(async (customer) => {
      await asVisitor(async (clerk) => {
        await signIn(clerk, 'clerk')
        const name = await createGoods(clerk)
        await signUp(customer)
        await searchAndAdd(customer, name, 1)
        await placeOrder(customer)
        const order = idOf(customer)
        customer.on('load', () => assert.fail('the page of the order was loaded again'))
        // The stock is reserved by events: the page hears of it, too.
        await customer.getByText('In stock, reserved for you').waitFor()
        await checkAccessibility(customer, 'the page of an order')

        await clerk.getByRole('link', { name: 'Customers’ orders' }).click()
        await clerk.locator(`[data-order="${order}"] a`).click()
        await clerk.getByText('Ordered by A Guest.').waitFor()
        await clerk.getByRole('button', { name: 'It is paid' }).click()
        await customer.locator('[data-status="PAID"]').waitFor()
        await storefront.shop.kill('order')
        await storefront.shop.start('order')
        await clerk.getByRole('button', { name: 'It is shipped' }).click()
        await clerk.locator('[data-status="SHIPPED"]').waitFor()
        await customer.locator('[data-status="SHIPPED"]').getByText('Shipped', { exact: true }).first().waitFor()
        await clerk.getByRole('link', { name: 'Customers’ orders' }).click()
        await clerk.getByLabel('Shipped').check()
        await clerk.locator(`[data-order="${order}"]`).waitFor()
      })
    }))
})
