// What customers do in the storefront, in a real browser against a shop of real processes.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { checkAccessibility, visit } from './browser.mjs'
import { startShop } from './shop.mjs'
import { basket, byHeading, hashOf, searchAndAdd, signIn, signUp, toOrder, total, unique, useStorefront } from './storefront.mjs'

const storefront = useStorefront()
const { asVisitor } = storefront

describe('the storefront', () => {
  test('its router runs its documents and no others', async () => {
    const ask = (body) =>
      fetch(`${storefront.shop.url('router')}/graphql`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      }).then((response) => response.json())
    const code = ({ errors }) => errors?.[0].extensions.code
    assert.equal(code(await ask({ query: '{ products(first: 1) { totalCount } }' })), 'PERSISTED_QUERY_ID_REQUIRED')
    assert.equal(code(await ask({ documentId: `sha256:${'0'.repeat(64)}` })), 'PERSISTED_QUERY_NOT_FOUND')
    const known = await ask({ documentId: `sha256:${hashOf('query Products')}`, variables: { first: 1, sort: 'NAME' } })
    assert.deepEqual([known.errors, known.data.products.edges.length], [undefined, 1])
  })

  test('a new customer registers, searches, adds two films, changes a quantity, checks out and signs out', () =>
    asVisitor(async (page) => {
      await signUp(page)
      await searchAndAdd(page, 'The General', 1)
      await searchAndAdd(page, 'Metropolis', 1)
      await basket(page, 2)

      await toOrder(page).click()
      await total(page, 799 + 999)
      const general = page.getByRole('listitem').filter({ hasText: 'The General' })
      await general.getByRole('button', { name: 'One more' }).click()
      await total(page, 2 * 799 + 999)
      await basket(page, 3)
      await general.getByLabel('Pieces', { exact: true }).fill('4')
      await general.getByLabel('Pieces', { exact: true }).press('Enter')
      await total(page, 4 * 799 + 999)
      await page.locator('[data-decision="MORE_INFORMATION_NEEDED"]').waitFor()

      await page.getByRole('link', { name: 'Go to checkout' }).click()
      await page.getByRole('button', { name: 'Place the order' }).click()
      await byHeading(page, 'Past orders').waitFor()
      await page.locator('[data-status="PLACED"]').getByText('4 × The General').waitFor()
      await page.locator('[data-basket]').waitFor({ state: 'detached' })
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
        await toOrder(page).click()
        const shown = page.locator(`[data-decision="${decision}"]`)
        await shown.getByText(reason, { exact: true }).waitFor()
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
      await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'password')
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
      await page.getByRole('button', { name: 'Sign out everywhere', exact: true }).click()
      await page.getByRole('link', { name: 'Sign in' }).waitFor()
    }))

  test('a customer ends sessions one by one, and all others', () =>
    asVisitor(async (page) => {
      const username = await signUp(page)
      const ended = (visitor) => {
        visitor.allow(/^answer 401: POST .*\/graphql$/)
        visitor.allow(/^console error: Failed to load resource: the server responded with a status of 401/)
      }
      const phone = { userAgent: 'Mozilla/5.0 (Android 16; Mobile; rv:152.0) Gecko/152.0 Firefox/152.0' }
      const tablet = { userAgent: 'Mozilla/5.0 (iPad; CPU OS 26_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15' }
      await asVisitor(async (onPhone, phoneVisitor) => {
        await signIn(onPhone, username)
        await asVisitor(async (onTablet, tabletVisitor) => {
          await signIn(onTablet, username)
          await page.getByRole('link', { name: 'A Guest' }).click()
          const sessions = page.getByRole('list', { name: 'Sessions' })
          await sessions.locator('[data-session="here"]').getByText('Chrome on Linux').waitFor()
          await sessions.getByRole('button', { name: /Sign out there: Firefox on Android/ }).click()
          await sessions.getByText('Firefox on Android').waitFor({ state: 'detached' })
          ended(phoneVisitor)
          await onPhone.getByRole('link', { name: 'Past orders' }).click()
          await onPhone.getByText('Your orders are kept with your account.').waitFor()

          await onTablet.getByRole('link', { name: 'Past orders' }).click()
          await onTablet.getByText('You have placed no order yet.').waitFor()
          await sessions.getByText('Safari on iOS').waitFor()
          await checkAccessibility(page, 'an account with two sessions')
          await page.getByRole('button', { name: 'Sign out everywhere else' }).click()
          await sessions.getByText('Safari on iOS').waitFor({ state: 'detached' })
          ended(tabletVisitor)
          await onTablet.getByRole('link', { name: 'A Guest' }).click()
          await onTablet.getByText('Here you see your profile').waitFor()
        }, tablet)
      }, phone)
      await page.reload()
      await page.getByRole('list', { name: 'Sessions' }).locator('[data-session="here"]').waitFor()
      assert.equal(await page.locator('[data-session="elsewhere"]').count(), 0)
    }))

  test('a page may open a WebSocket to the graph at its own address', () =>
    asVisitor(async (page) => {
      await signIn(page, 'walter')
      const answer = await page.evaluate(
        ([documentId, id]) =>
          new Promise((resolve, reject) => {
            const socket = new WebSocket(`ws://${location.host}/graphql`, 'graphql-transport-ws')
            const send = (message) => socket.send(JSON.stringify(message))
            socket.onopen = () => send({ type: 'connection_init' })
            socket.onclose = ({ code, reason }) => reject(new Error(`closed with ${code} ${reason}`))
            socket.onmessage = ({ data }) => {
              const message = JSON.parse(data)
              if (message.type === 'connection_ack') send({ id: '1', type: 'subscribe', payload: { documentId, variables: { id } } })
              if (message.type === 'error') reject(new Error(data))
              if (message.type === 'next') {
                socket.onclose = null
                socket.close()
                resolve(message.payload)
              }
            }
          }),
        [`sha256:${hashOf('subscription OrderUpdated')}`, 'order-walter'],
      )
      assert.deepEqual([answer.errors, answer.data?.orderUpdated.status], [undefined, 'OPEN'])
    }))

  test('who is signed out elsewhere is told so', () =>
    asVisitor(async (page, visitor) => {
      await signIn(page, 'jack')
      await asVisitor(async (other) => {
        await signIn(other, 'jack')
        await other.goto('/account')
        await other.getByRole('button', { name: 'Sign out everywhere', exact: true }).click()
        await other.getByRole('link', { name: 'Sign in' }).waitFor()
      })
      visitor.allow(/^answer 401: POST .*\/graphql$/)
      visitor.allow(/^console error: Failed to load resource: the server responded with a status of 401/)
      await page.getByRole('link', { name: 'Past orders' }).click()
      await page.getByText('Your orders are kept with your account.').waitFor()
      await page.getByRole('link', { name: 'Sign in' }).first().waitFor()
    }))
})

describe('a session', () => {
  test('outlives its token, also while the page was asleep', async () => {
    const brief = await startShop({ TOKEN_TTL: '4s' })
    const visitor = await visit(storefront.browser, brief.url('storefront'))
    try {
      const { page } = visitor
      visitor.allow(/^answer 401: POST .*\/graphql$/)
      visitor.allow(/^console error: Failed to load resource: the server responded with a status of 401/)
      await signIn(page, 'leslie')
      await page.waitForTimeout(5000)
      await toOrder(page).click()
      await page.locator('[data-decision]').waitFor()
      visitor.check()
    } finally {
      await visitor.context.close()
      await brief.stop()
    }
  })
})

