// The storefront in a real browser against a shop of real processes.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { checkAccessibility, launch, visit } from './browser.mjs'
import { startShop } from './shop.mjs'

/** @type {Awaited<ReturnType<typeof startShop>>} */
let shop
/** @type {import('playwright-core').Browser} */
let browser

const manifestFile = fileURLToPath(new URL('../storefront/dist/trusted-documents.json', import.meta.url))
const manifest = JSON.parse(readFileSync(manifestFile, 'utf8'))

before(async () => {
  // The strictest router: it runs the storefront's documents and no other.
  shop = await startShop({ TRUSTED_DOCUMENTS: manifestFile, TRUSTED_DOCUMENTS_ONLY: 'true' })
  browser = await launch()
})

after(async () => {
  await browser?.close()
  await shop?.stop()
})

const unique = () => Math.random().toString(36).slice(2, 10)

/** Every operation that the pages send must be the one that the manifest of trusted documents has under its hash. */
function checkTrusted(request) {
  if (!request.url().endsWith('/graphql')) return
  const { query, extensions } = request.postDataJSON()
  assert.equal(manifest[extensions.persistedQuery.sha256Hash], query)
}

/** Opens the storefront, runs the scenario, and asserts that nothing went wrong unnoticed. */
async function asVisitor(scenario, options) {
  const visitor = await visit(browser, shop.url('storefront'), options)
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
}

const byHeading = (page, name) => page.getByRole('heading', { level: 1, name })

async function signIn(page, username) {
  await page.goto('/sign-in')
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('Password').fill(`${username}-demo`)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: 'Sign out', exact: true }).waitFor()
}

async function signUp(page) {
  const username = `guest-${unique()}`
  await page.goto('/sign-up')
  await page.getByLabel('Username').fill(username)
  await page.getByText(`${username} is free.`).waitFor()
  await page.getByLabel('Password').fill('correct horse battery')
  await page.getByLabel('Name (required)', { exact: true }).fill('A Guest')
  await page.getByRole('button', { name: 'Sign up' }).click()
  await page.getByRole('button', { name: 'Sign out', exact: true }).waitFor()
  return username
}

/** Goes to a product by a search, and adds some pieces of it to the order. */
async function searchAndAdd(page, name, pieces) {
  await page.getByRole('link', { name: 'Products', exact: true }).click()
  await page.getByRole('searchbox').fill(name)
  await page.getByText('One product', { exact: true }).waitFor()
  await page.getByRole('link', { name, exact: true }).click()
  await byHeading(page, name).waitFor()
  await page.getByLabel('Pieces').fill(String(pieces))
  await page.getByRole('button', { name: 'Add to order' }).click()
  await page.getByText(`${pieces} × ${name} is in your order.`).waitFor()
}

const basket = (page, pieces) => page.locator(`[data-basket="${pieces}"]`).waitFor()
const total = (page, amount) => page.locator(`[data-total="${amount}"]`).waitFor()
const missing = (page, part) => page.locator(`[data-missing="${part}"]`)

describe('the storefront', () => {
  test('its router runs its documents and no others', async () => {
    const ask = (body) =>
      fetch(`${shop.url('router')}/graphql`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      }).then((response) => response.json())
    const code = ({ errors }) => errors?.[0].extensions.code
    assert.equal(code(await ask({ query: '{ products(first: 1) { totalCount } }' })), 'PERSISTED_QUERY_ID_REQUIRED')
    assert.equal(code(await ask({ documentId: `sha256:${'0'.repeat(64)}` })), 'PERSISTED_QUERY_NOT_FOUND')
    const [hash] = Object.entries(manifest).find(([, document]) => document.startsWith('query Products('))
    const known = await ask({ documentId: `sha256:${hash}`, variables: { first: 1, sort: 'NAME' } })
    assert.deepEqual([known.errors, known.data.products.edges.length], [undefined, 1])
  })

  test('a new customer registers, searches, adds two films, changes a quantity, checks out and signs out', () =>
    asVisitor(async (page) => {
      await signUp(page)
      await searchAndAdd(page, 'The General', 1)
      await searchAndAdd(page, 'Metropolis', 1)
      await basket(page, 2)

      await page.getByRole('link', { name: /^Order/ }).click()
      await total(page, 799 + 999)
      const general = page.getByRole('listitem').filter({ hasText: 'The General' })
      await general.getByRole('button', { name: 'One more' }).click()
      await total(page, 2 * 799 + 999)
      await basket(page, 3)
      await general.getByLabel('Pieces', { exact: true }).fill('4')
      await general.getByLabel('Pieces', { exact: true }).press('Enter')
      await total(page, 4 * 799 + 999)
      assert.equal(await page.locator('[data-decision]').getAttribute('data-decision'), 'MORE_INFORMATION_NEEDED')

      await page.getByRole('link', { name: 'Go to checkout' }).click()
      await page.getByRole('button', { name: 'Place the order' }).click()
      await byHeading(page, 'Past orders').waitFor()
      await page.locator('[data-status="PLACED"]').getByText('4 × The General').waitFor()
      assert.equal(await page.locator('[data-basket]').count(), 0, 'the basket is still full after checkout')
      await page.getByRole('link', { name: 'Order', exact: true }).click()
      await page.getByText('Your order is empty.').waitFor()

      await page.getByRole('button', { name: 'Sign out', exact: true }).click()
      await page.getByRole('link', { name: 'Sign in' }).waitFor()
      await page.goto('/orders')
      await page.getByText('Your orders are kept with your account.').waitFor()
    }))

  for (const [username, decision, reason] of [
    ['walter', 'OFFER', 'Offer Financing'],
    ['jack', 'DECLINE', 'Decline Financing'],
    ['leslie', 'MORE_INFORMATION_NEEDED', 'More information needed'],
  ]) {
    test(`${username} sees the decision ${decision}`, () =>
      asVisitor(async (page) => {
        await signIn(page, username)
        await page.getByRole('link', { name: /^Order/ }).click()
        const shown = page.locator('[data-decision]')
        await shown.getByText(reason, { exact: true }).waitFor()
        assert.equal(await shown.getAttribute('data-decision'), decision)
        if (decision !== 'OFFER') return
        await shown.getByText('€1.80 a month for 24 months').waitFor()
        await page.getByLabel('Over').selectOption('12')
        await shown.getByText('a month for 12 months').waitFor()
      }))
  }

  test('products are found, filtered, sorted, and scrolled to the end', () =>
    asVisitor(async (page) => {
      await page.goto('/')
      await page.getByText('34 products', { exact: true }).waitFor()
      await page.waitForFunction(() => {
        window.scrollTo(0, document.body.scrollHeight)
        return document.querySelectorAll('.card').length === 34
      })
      assert.equal(await page.getByRole('button', { name: 'Show more products' }).count(), 0)
      await page.getByLabel('Films').check()
      await page.getByText('12 products', { exact: true }).waitFor()
      await page.getByLabel('Sort by').selectOption('PRICE_DESC')
      await page.waitForFunction(() => document.querySelector('.card h2')?.textContent === 'The Dare')
      assert.equal(new URL(page.url()).search, '?kind=MOVIE&sort=PRICE_DESC')
      await page.getByRole('searchbox').fill('buster keaton')
      await page.getByText('2 products', { exact: true }).waitFor()
      await page.reload()
      await page.getByText('2 products', { exact: true }).waitFor()
      await page.getByRole('searchbox').fill('no such thing')
      await page.getByRole('button', { name: 'Show all products' }).click()
      await page.getByText('34 products', { exact: true }).waitFor()
    }))

  test('mistakes in forms are said beside their field', () =>
    asVisitor(async (page) => {
      await page.goto('/sign-up')
      await page.getByLabel('Username').fill('walter')
      await page.getByText('walter is taken.').waitFor()
      await page.getByLabel('Password').fill('short')
      await page.getByLabel('Name (required)', { exact: true }).fill('W')
      await page.getByRole('button', { name: 'Sign up' }).click()
      const password = page.getByLabel('Password')
      await page.locator('input[name=password][aria-invalid=true]').waitFor()
      assert.equal(await password.evaluate((input) => document.activeElement === input), true, 'the focus is on the wrong field')
      await password.fill('long enough by far')
      await page.getByRole('button', { name: 'Sign up' }).click()
      await page.locator('input[name=username][aria-invalid=true]').waitFor()
      await page.getByLabel('Username').fill(`guest-${unique()}`)
      await page.getByLabel('Email').fill('nobody')
      await page.getByRole('button', { name: 'Sign up' }).click()
      await page.locator('input[name=email][aria-invalid=true]').waitFor()

      await page.goto('/sign-in')
      await page.getByLabel('Username').fill('walter')
      await page.getByLabel('Password').fill('wrong')
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('alert').getByText('The username or the password is wrong.').waitFor()
    }))

  test('a customer changes the profile and signs out everywhere', () =>
    asVisitor(async (page) => {
      await signUp(page)
      await page.getByRole('link', { name: 'A Guest' }).click()
      await page.getByLabel('Email').fill('guest@example.org')
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByText('Your profile is saved.').first().waitFor()
      await page.reload()
      assert.equal(await page.getByLabel('Email').inputValue(), 'guest@example.org')
      await page.getByText('here', { exact: true }).waitFor()
      await page.getByRole('button', { name: 'Sign out everywhere' }).click()
      await page.getByRole('link', { name: 'Sign in' }).waitFor()
    }))

  test('who is signed out elsewhere is told so', () =>
    asVisitor(async (page, visitor) => {
      await signIn(page, 'jack')
      await asVisitor(async (other) => {
        await signIn(other, 'jack')
        await other.goto('/account')
        await other.getByRole('button', { name: 'Sign out everywhere' }).click()
        await other.getByRole('link', { name: 'Sign in' }).waitFor()
      })
      visitor.allow(/^answer 401: POST .*\/graphql$/)
      visitor.allow(/^console error: Failed to load resource: the server responded with a status of 401/)
      await page.getByRole('link', { name: 'Past orders' }).click()
      await page.getByText('Your orders are kept with your account.').waitFor()
      await page.getByRole('link', { name: 'Sign in' }).first().waitFor()
    }))

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
        await customer.getByRole('link', { name: /^Order/ }).click()
        await total(customer, 2000)
        await customer.getByRole('link', { name: 'Go to checkout' }).click()
        await customer.getByRole('button', { name: 'Place the order' }).waitFor()

        await clerk.getByRole('link', { name: 'Edit', exact: true }).click()
        await clerk.getByLabel('Price in euros').fill('12.50')
        await clerk.getByRole('button', { name: 'Save' }).click()
        await clerk.getByText('€12.50').first().waitFor()

        await customer.getByRole('button', { name: 'Place the order' }).click()
        const changes = customer.getByRole('alert')
        await changes.getByText('€10.00').waitFor()
        await changes.getByText('€12.50').waitFor()
        await customer.getByRole('button', { name: 'Accept and place the order' }).click()
        await customer.locator('[data-status="PLACED"]').getByText('€25.00').first().waitFor()
        await customer.getByRole('button', { name: /Cancel the order/ }).click()
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
      await customer.getByRole('link', { name: /^Order/ }).click()
      await customer.locator('[data-decision="OFFER"]').waitFor()
    }))
})

describe('a session', () => {
  test('outlives its token, also while the page was asleep', async () => {
    const brief = await startShop({ TOKEN_TTL: '4s' })
    const visitor = await visit(browser, brief.url('storefront'))
    try {
      const { page } = visitor
      await signIn(page, 'leslie')
      await page.waitForTimeout(5000)
      visitor.allow(/^answer 401: POST .*\/graphql$/)
      visitor.allow(/^console error: Failed to load resource: the server responded with a status of 401/)
      await page.getByRole('link', { name: /^Order/ }).click()
      await page.locator('[data-decision]').waitFor()
      visitor.check()
    } finally {
      await visitor.context.close()
      await brief.stop()
    }
  })
})

describe('while a part of the shop is down', () => {
  /** What a page is, at each address, when everything is up: it must come back without a reload. */
  const pages = {
    '/': { title: 'Products', ready: '.card' },
    '/products/movie-the-dare': { title: 'The Dare', ready: '.facts' },
    '/order': { title: 'Your order', ready: '[data-total]' },
    '/checkout': { title: 'Checkout', ready: 'text=Place the order' },
    '/orders': { title: 'Past orders', ready: '[data-order]' },
    '/account': { title: 'Your account', ready: 'text=Where you are signed in' },
  }
  /** Which pages say that the part is missing, and what of each page still shows. */
  const expected = {
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

  for (const part of ['product', 'order', 'credit', 'user']) {
    test(`${part}: every page shows, says what is missing, and recovers without a reload`, () =>
      asVisitor(async (page, visitor) => {
        // One tab for each page, all of the same person, open before anything fails.
        await signUp(page)
        await searchAndAdd(page, 'The General', 1)
        await page.goto('/checkout')
        await page.getByRole('button', { name: 'Place the order' }).click()
        await page.locator('[data-order]').waitFor()
        await searchAndAdd(page, 'Metropolis', 1)
        // The person's token was checked by every service, which therefore have the keys.
        for (const [path, { ready }] of Object.entries(pages)) {
          await page.goto(path)
          await page.locator(ready).first().waitFor()
        }

        const tabs = []
        await shop.kill(part)
        try {
          for (const [path, { title, ready }] of Object.entries(pages)) {
            const tab = await visitor.context.newPage()
            await tab.goto(path)
            tabs.push({ tab, path, ready })
            const still = expected[part][path]
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
          await shop.start(part)
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
        await shop.kill(part)
        try {
          await look(username)
          await missing(page, part).waitFor()
        } finally {
          await shop.start(part)
        }
        await page.locator(`[data-credit="${status}"]`).waitFor()
      }
      await shop.kill('product')
      try {
        await page.goto('/staff/products/vehicle-zoe-2019')
        await missing(page, 'product').waitFor()
      } finally {
        await shop.start('product')
      }
      await page.getByLabel('Make').waitFor()
      assert.equal(await page.getByLabel('Make').inputValue(), 'Renault')
    }))

  test('adding to the order without order says so and loses nothing; without product it works', () =>
    asVisitor(async (page) => {
      await signUp(page)
      await page.goto('/products/movie-nosferatu')
      await page.getByLabel('Pieces').fill('3')
      const add = page.getByRole('button', { name: 'Add to order' })
      await shop.kill('order')
      try {
        await add.click()
        await page.getByRole('alert').getByText('Orders cannot be reached at the moment.').waitFor()
      } finally {
        await shop.start('order')
      }
      assert.equal(await page.getByLabel('Pieces').inputValue(), '3')
      await shop.kill('product')
      try {
        await add.click()
        await page.getByText('3 × Nosferatu is in your order.').waitFor()
      } finally {
        await shop.start('product')
      }
      await basket(page, 3)
    }))

  test('without accounts, signing in and up say so and keep what was typed', () =>
    asVisitor(async (page) => {
      await shop.kill('user')
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
        await shop.start('user')
      }
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('button', { name: 'Sign out', exact: true }).waitFor()
    }))

  test('without the router the pages come up and recover', () =>
    asVisitor(async (page, visitor) => {
      visitor.allow(/^answer 502: POST .*\/graphql$/)
      visitor.allow(/^console error: Failed to load resource: the server responded with a status of 502/)
      await shop.kill('router')
      try {
        await page.goto('/')
        await missing(page, 'shop').first().waitFor()
        await page.getByText('Accounts are away for a moment').waitFor()
      } finally {
        await shop.start('router')
      }
      await page.locator('.card').first().waitFor()
      await missing(page, 'shop').first().waitFor({ state: 'detached' })
      await page.getByRole('link', { name: 'Sign in' }).waitFor()
    }))
})

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
