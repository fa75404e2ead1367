// Chromium for tests, and visitors who notice everything that must not happen on a page.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'

/** After how many milliseconds a wait is given up: what has not come by then never comes, also on a slow and busy machine. */
export const hangGuard = 60_000

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Starts the system's Chromium; CHROMIUM names another binary. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    // Tests run as root, where Chromium has no sandbox. The pages are our own. No name resolves: only loopback is there.
    args: ['--no-sandbox', '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1'],
  })
}

/**
 * Opens a page for a new visitor with no cookies, who may open more in the same context. Requests to any other origin than the given one are refused and noted,
 * as are errors on the console, exceptions, failed requests and answers of 400 and above. check() asserts that nothing was noted; a
 * scenario that causes a failure on purpose names it first with allow().
 * @param {import('playwright-core').Browser} browser
 * @param {string} origin
 * @param {import('playwright-core').BrowserContextOptions} [options]
 */
export async function visit(browser, origin, options = {}) {
  const context = await browser.newContext({ baseURL: origin, locale: 'en-IE', viewport: { width: 1280, height: 800 }, ...options })
  context.setDefaultTimeout(hangGuard)
  const noted = []
  const allowed = []
  const note = (text) => {
    if (!allowed.some((pattern) => pattern.test(text))) noted.push(text)
  }
  await context.route(
    (url) => url.origin !== origin,
    (route) => {
      note(`external request: ${route.request().url()}`)
      return route.abort()
    },
  )
  context.on('page', (page) => watch(page, note))
  const page = await context.newPage()
  return {
    page,
    context,
    /** @param {RegExp} pattern */
    allow: (pattern) => allowed.push(pattern),
    /** Asserts that nothing was noted. */
    check() {
      assert.deepEqual(noted, [], 'console errors, failed or external requests')
    },
  }
}

/** Notes what a page must not do. */
function watch(page, note) {
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') note(`console ${message.type()}: ${message.text()} (${message.location().url})`)
  })
  page.on('pageerror', (error) => note(`exception: ${error.stack ?? error.message}`))
  page.on('requestfailed', (request) => {
    // A request that the page itself gave up, as by leaving it, did not fail.
    if (request.failure()?.errorText === 'net::ERR_ABORTED') return
    const operation = /"operationName":"(\w+)"/.exec(request.postData() ?? '')?.[1] ?? ''
    note(`failed request on ${page.url()}: ${request.url()} ${operation} ${request.failure()?.errorText}`)
  })
  page.on('response', (response) => {
    if (response.status() >= 400) note(`answer ${response.status()}: ${response.request().method()} ${response.url()}`)
  })
}

/**
 * Asserts that axe-core finds no serious and no critical violation on the page as it is.
 * @param {import('playwright-core').Page} page
 * @param {string} what names the page in a failure
 * @param {Record<string, string>} [theirs] by the name of a rule, the selector of parts that are not ours and break it
 */
export async function checkAccessibility(page, what, theirs = {}) {
  await page.evaluate(axe)
  const violations = await page.evaluate(async (theirs) => {
    const { violations } = await window.axe.run({ resultTypes: ['violations'] })
    const isOurs = (id, target) => !theirs[id] || !document.querySelector(target)?.closest(theirs[id])
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, help, nodes }) => nodes.filter(({ target }) => isOurs(id, target[0])).map(({ html, failureSummary }) => `${id}: ${help}: ${html} ${failureSummary}`))
  }, theirs)
  assert.deepEqual(violations, [], `accessibility of ${what}`)
}
