// A whole shop of real processes for browser tests: internal/shopserver, driven over its standard input and output.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Starts a shop on free ports. env is added to the environment of all its programs.
 * @param {Record<string, string>} [env]
 */
export async function startShop(env = {}) {
  const server = spawn('go', ['run', './internal/shopserver', '.'], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(server, 'exit')
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]()
  const answer = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error('shopserver ended: its last words are above')
    const parsed = JSON.parse(value)
    if (parsed.error) throw new Error(parsed.error)
    return parsed
  }
  const { addresses } = await answer()
  // One command at a time: answers have no names.
  let last = Promise.resolve()
  const command = (text) => {
    const next = last.then(() => {
      server.stdin.write(text + '\n')
      return answer()
    })
    last = next.catch(() => undefined)
    return next
  }
  return {
    /** @param {string} name storefront, router, user, product, order or credit */
    url: (name) => `http://${addresses[name]}`,
    /** Ends a program as a power cut would. */
    kill: (name) => command(`kill ${name}`),
    /** Starts it again and waits until it is ready. */
    start: (name) => command(`start ${name}`),
    /** The last lines that a program wrote. */
    log: async (name) => (await command(`log ${name}`)).log,
    /** Stops everything. */
    async stop() {
      await last
      server.stdin.end()
      const [code] = await ended
      if (code !== 0) throw new Error(`shopserver ended with ${code}: a program did not end well`)
    },
  }
}
