// A client of the graph without a browser, for what the pages cannot tell: what the services know of each other.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { hangGuard } from './browser.mjs'
import { guestPassword, hashOf, unique } from './storefront.mjs'

/**
 * Registers a new customer and returns how they ask: by an operation of the storefront, such as mutation AddItem.
 * @param {Awaited<ReturnType<import('./shop.mjs').startShop>>} shop
 */
export async function asGuest(shop) {
  let cookie = ''
  const ask = async (operation, variables) => {
    const response = await fetch(`${shop.url('router')}/graphql`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', cookie },
      body: JSON.stringify({ documentId: `sha256:${hashOf(operation)}`, variables }),
    })
    const [set] = response.headers.getSetCookie()
    if (set) cookie = set.split(';')[0]
    return response.json()
  }
  const username = `probe-${unique()}`
  const { data, errors } = await ask('mutation Register', { input: { username, password: guestPassword, name: 'A Probe' } })
  assert.equal(data?.register?.user.username, username, JSON.stringify(errors))
  return ask
}

/**
 * Waits until order's own copy of the catalogue has a product at a price in cents. Order hears of changes by events, a
 * moment later than the pages show them, and of a product that it has not heard of it asks the product service: only while
 * that is down can the answer come from nowhere else.
 * @param {Awaited<ReturnType<import('./shop.mjs').startShop>>} shop
 */
export async function untilOrderKnows(shop, productId, amount) {
  const ask = await asGuest(shop)
  const giveUp = Date.now() + hangGuard
  // The price for which the product would be added now, or why it is not.
  const probe = async () => {
    const { data, errors } = await ask('mutation AddItem', { productId, quantity: 1 })
    if (!data?.addItem) return errors[0].message
    await ask('mutation RemoveItem', { productId, termMonths: 24 })
    return data.addItem.items.find((item) => item.productId === productId).unitPrice.amount
  }
  for (let pause = 100; ; pause *= 2) {
    while ((await probe()) !== amount) {
      assert.ok(Date.now() < giveUp, `order does not hear that ${productId} costs ${amount}`)
      await sleep(100)
    }
    let known
    await shop.kill('product')
    try {
      known = await probe()
    } finally {
      await shop.start('product')
    }
    if (known === amount) return
    assert.ok(Date.now() < giveUp, `order does not hear that ${productId} costs ${amount}: it says ${known}`)
    await sleep(pause) // the product service must be up to tell
  }
}
