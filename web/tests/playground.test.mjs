// The playground in a real browser: on the whole shop, with every request refused that leaves the router.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { checkAccessibility, launch, visit } from './browser.mjs'
import { startShop } from './shop.mjs'

/** @type {Awaited<ReturnType<typeof startShop>>} */
let shop
/** @type {import('playwright-core').Browser} */
let browser

before(async () => {
  shop = await startShop({ DEVELOPMENT: 'true' })
  const page = await (await fetch(shop.url('router'))).text()
  assert.match(page, /playground\/index-/, 'the playground is not built: run npm ci && npm run build in web/playground')
  browser = await launch()
})

after(async () => {
  await browser?.close()
  await shop?.stop()
})

/** Opens the playground as somebody who has never been there, runs the scenario, and asserts that nothing went wrong unnoticed. */
async function asVisitor(scenario, options) {
  const visitor = await visit(browser, shop.url('router'), options)
  const unmarked = []
  visitor.page.on('request', (request) => {
    if (request.method() === 'POST' && !request.headers()['weft-debug']) unmarked.push(request.postData())
  })
  try {
    await visitor.page.goto('/')
    await visitor.page.locator('.graphiql-query-editor .view-line').first().waitFor()
    await scenario(visitor.page)
    visitor.check()
    assert.deepEqual(unmarked, [], 'in development every operation says that a developer sends it')
  } catch (error) {
    if (process.env.SCREENSHOTS) await visitor.page.screenshot({ path: `${process.env.SCREENSHOTS}/failed-playground.png` })
    throw error
  } finally {
    await visitor.context.close()
  }
}

async function signIn(page, name) {
  await page.getByRole('group', { name: 'Sign in as' }).getByRole('button', { name, exact: true }).click()
  await page.getByRole('status').getByText(`${name}: done`).waitFor()
}

/** Runs the operation in the editor and returns the response. */
async function run(page, start) {
  const isRun = (response) => response.request().headers()['weft-debug'] === 'plan, trace'
  const [answered] = await Promise.all([page.waitForResponse(isRun), start()])
  const response = await answered.json()
  await page.locator('.graphiql-response .view-line').first().waitFor()
  return response
}

const execute = (page) => page.getByRole('button', { name: /^Execute query/ }).click()

/** What is GraphiQL's and Monaco's own and cannot be had otherwise. */
const theirs = {
  // The colours of words and line numbers in the editor's themes.
  'color-contrast': '.monaco-editor',
  // A tab holds its own button that closes it.
  'nested-interactive': '.graphiql-tab',
}

test('Walter signs in with one click, runs the query, and sees plan and waterfall', () =>
  asVisitor(async (page) => {
    await signIn(page, 'Walter')
    const { data, errors } = await run(page, () => execute(page))
    assert.equal(errors, undefined)
    assert.equal(data.me.name, 'Walter')
    assert.equal(data.me.openOrder.financing.decision, 'OFFER')
    await page.locator('.graphiql-response').getByText('"Walter"').waitFor()

    await page.getByText('4 fetches in 3 waves').waitFor()
    const nodes = page.locator('.plan-fetch')
    assert.deepEqual((await nodes.locator('strong').allTextContents()).toSorted(), ['credit', 'order', 'product', 'user'])
    const colours = await nodes.evaluateAll((all) =>
      all.map((node) => [node.querySelector('strong').textContent, getComputedStyle(node).borderLeftColor]),
    )
    assert.equal(new Set(colours.map(([, colour]) => colour)).size, 4, 'a colour for each subgraph')
    assert.equal(new Set(colours.map((pair) => pair.join())).size, 4, 'a subgraph has one colour')
    assert.equal(
      await page.locator('.plan-branch .plan-branch .plan-branch .plan-fetch').count(),
      2,
      'two fetches of the third wave below others',
    )
    await nodes.first().locator('summary').click()
    await nodes.first().getByText('me {').waitFor()

    const bars = page.locator('.waterfall-bar')
    await bars.nth(3).waitFor()
    assert.equal(await bars.count(), 4)
    const places = await bars.evaluateAll((all) =>
      all.map((bar) => ({
        id: Number(bar.closest('li').querySelector('.plan-id').textContent),
        left: bar.getBoundingClientRect().left,
        width: bar.getBoundingClientRect().width,
      })),
    )
    assert.ok(places.every(({ width }) => width >= 2))
    const user = places.find(({ id }) => id === 0)
    assert.ok(
      places.every(({ id, left }) => id === 0 || left >= user.left + user.width - 1),
      'nothing begins before user has answered',
    )
    for (const facts of await page.locator('.waterfall-facts').allTextContents()) {
      assert.match(facts, /^at [\d.]+ ms · for [\d.]+ ms · status 200 · [\d.]+ k?B · (\d+ entit(y|ies) · )?not shared$/)
    }
    assert.match(await page.locator('.waterfall-facts').last().textContent(), /entit/)
  }))

test('each person sees their own decision; signing out ends the session', () =>
  asVisitor(async (page) => {
    for (const [name, decision] of [
      ['Jack', 'DECLINE'],
      ['Leslie', 'MORE_INFORMATION_NEEDED'],
    ]) {
      await signIn(page, name)
      const { data } = await run(page, () => execute(page))
      assert.deepEqual([data.me.name, data.me.openOrder.financing.decision], [name, decision])
    }
    assert.equal(await page.evaluate(() => document.cookie), '', 'scripts see no cookie')
    await signIn(page, 'Sign out')
    const { data } = await run(page, () => execute(page))
    assert.equal(data.me, null)
    const shown = page.locator('.graphiql-response .view-lines')
    await shown.getByText('null').waitFor()
    assert.equal(
      (await shown.textContent()).replace(/\s/g, ''),
      '{"data":{"me":null}}',
      'the facts for the panel are not part of the answer',
    )
  }))

test('the plan follows the editor before anything runs, and says what is wrong with an operation', () =>
  asVisitor(async (page) => {
    await page.getByText('1 fetch in 1 wave').waitFor() // what needs an identity is not fetched for nobody
    await signIn(page, 'Walter')
    await page.getByText('4 fetches in 3 waves').waitFor()
    assert.equal(await page.locator('.waterfall').count(), 0)
    await page.getByRole('tab', { name: 'Products' }).click()
    await page.locator('.plan-why').getByText('products', { exact: true }).waitFor()
    await page.getByText('3 fetches in 2 waves').waitFor()
    const { data } = await run(page, () => execute(page))
    assert.ok(data.products.totalCount > 0)
    await page
      .locator('.waterfall-facts')
      .getByText(/entities/)
      .first()
      .waitFor()
    await page.getByRole('tab', { name: 'OpenOrder' }).click()
    await page.getByText('Of the last run, which was another operation.').waitFor()

    await page.getByRole('button', { name: 'New tab' }).click()
    await page.locator('.graphiql-query-editor').click()
    await page.keyboard.type('{ nonsense')
    await page.locator('.plan-problem').getByText('nonsense').waitFor()
  }))

test('a subscription shows what comes until it is stopped', () =>
  asVisitor(async (page) => {
    await signIn(page, 'Walter')
    await page.getByRole('button', { name: 'New tab' }).click()
    await page.locator('.graphiql-query-editor').click()
    await page.keyboard.insertText('subscription { orderUpdated(orderId: "order-walter") { status } }')
    await page.locator('.plan-why').getByText('orderUpdated').waitFor()
    await execute(page)
    await page.locator('.graphiql-response').getByText('"OPEN"').waitFor()
    const ended = page.waitForEvent('requestfailed', (request) => request.headers()['accept'] === 'text/event-stream')
    await page.getByRole('button', { name: /^Stop query/ }).click()
    await ended
    await page.getByRole('button', { name: /^Execute query/ }).waitFor()
    await page.locator('.graphiql-response').getByText('"OPEN"').waitFor()
  }))

test('schema docs and history are there', () =>
  asVisitor(async (page) => {
    await run(page, () => execute(page))
    await page.getByRole('button', { name: 'Show History' }).click()
    await page.locator('.graphiql-history-item').getByText('OpenOrder').first().waitFor()
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click()
    await page.locator('.graphiql-doc-explorer').getByText('Query', { exact: true }).first().click()
    await page.locator('.graphiql-doc-explorer').getByText('products', { exact: true }).waitFor()
  }))

test('the keyboard is enough', () =>
  asVisitor(async (page) => {
    await page.keyboard.press('Tab')
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Walter')
    await page.keyboard.press('Enter')
    await page.getByRole('status').getByText('Walter: done').waitFor()
    await page.locator('.graphiql-query-editor .graphiql-editor').focus()
    await page.keyboard.press('Enter')
    const { data } = await run(page, () => page.keyboard.press('Control+Enter'))
    assert.equal(data.me.name, 'Walter')
    await page.locator('.plan-fetch summary').first().focus()
    await page.keyboard.press('Enter')
    await page.locator('.plan-fetch[open]').waitFor()
  }))

test('the security policy holds: no other origin, no script but the files of the page', async () => {
  const visitor = await visit(browser, shop.url('router'))
  visitor.allow(/Content Security Policy| csp$/)
  try {
    const { page } = visitor
    await page.goto('/')
    const violated = await page.evaluate(async (elsewhere) => {
      const directives = []
      document.addEventListener('securitypolicyviolation', (event) => directives.push(event.effectiveDirective))
      await fetch(elsewhere).catch(() => undefined)
      const script = document.createElement('script')
      script.textContent = 'globalThis.ran = true'
      const image = document.createElement('img')
      image.src = elsewhere
      document.body.append(script, image)
      while (directives.length < 3) await new Promise((resolve) => setTimeout(resolve, 50))
      return [...directives, globalThis.ran === undefined ? 'nothing ran' : 'a script ran']
    }, shop.url('storefront'))
    assert.deepEqual(violated.toSorted(), ['connect-src', 'img-src', 'nothing ran', 'script-src-elem'])
    visitor.check()
  } finally {
    await visitor.context.close()
  }
})

for (const colorScheme of ['light', 'dark']) {
  test(`axe has nothing serious to say, ${colorScheme}`, () =>
    asVisitor(
      async (page) => {
        await signIn(page, 'Walter')
        await run(page, () => execute(page))
        await page.locator('.plan-fetch summary').first().click()
        await page.locator('.waterfall-bar').first().waitFor()
        const background = await page.evaluate(() => getComputedStyle(document.querySelector('.bar')).backgroundColor)
        assert.equal(background === 'rgb(255, 255, 255)', colorScheme === 'light')
        await checkAccessibility(page, `the playground, ${colorScheme}`, theirs)
      },
      { colorScheme },
    ))
}

test('it fits on a phone', () =>
  asVisitor(
    async (page) => {
      await signIn(page, 'Walter')
      const { data } = await run(page, () => page.getByRole('button', { name: /^Execute query/ }).tap())
      assert.equal(data.me.name, 'Walter')
      await page.getByRole('button', { name: 'Show Query plan' }).tap()
      await page.locator('.waterfall-bar').first().scrollIntoViewIfNeeded()
      const widths = await page.evaluate(() => ({
        page: document.documentElement.scrollWidth,
        editor: document.querySelector('.graphiql-query-editor').getBoundingClientRect().width,
        response: document.querySelector('.graphiql-response').getBoundingClientRect().width,
        plan: document.querySelector('.plan-panel').getBoundingClientRect().width,
      }))
      assert.ok(widths.page <= 390 && widths.editor > 250 && widths.response > 300 && widths.plan > 300, JSON.stringify(widths))
      await checkAccessibility(page, 'the playground on a phone', theirs)
    },
    { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
  ))

test('in production it shows neither plans nor ways to sign in, and the router says neither', async () => {
  const production = await startShop()
  const visitor = await visit(browser, production.url('router'))
  try {
    const { page } = visitor
    await page.goto('/')
    await page.locator('.graphiql-query-editor .view-line').first().waitFor()
    assert.equal(await page.getByRole('group', { name: 'Sign in as' }).count(), 0)
    assert.equal(await page.getByRole('button', { name: 'Show Query plan' }).count(), 0)
    const settings = await (await fetch(`${production.url('router')}/playground/settings.json`)).text()
    assert.doesNotMatch(settings, /walter-demo/)
    const answered = page.waitForResponse((response) => response.request().method() === 'POST')
    await execute(page)
    assert.deepEqual(await (await answered).json(), { data: { me: null } })
    const headers = { 'content-type': 'application/json', 'weft-debug': 'plan, trace' }
    const body = JSON.stringify({ query: '{ me { name } }' })
    const answer = await fetch(`${production.url('router')}/graphql`, { method: 'POST', headers, body })
    assert.deepEqual(await answer.json(), { data: { me: null } })
    visitor.check()
  } finally {
    await visitor.context.close()
    await production.stop()
  }
})
