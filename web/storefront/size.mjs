// Refuses a build whose first page needs more JavaScript than it may: what index.html names, gzipped.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const maxFirstPageBytes = 150_000
const site = new URL('dist/site/', import.meta.url)
const html = readFileSync(new URL('index.html', site), 'utf8')
const scripts = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map((match) => match[1])
if (scripts.length === 0) throw new Error('index.html names no script: this check no longer measures anything')
const total = scripts.reduce((sum, name) => sum + gzipSync(readFileSync(new URL(name, site))).length, 0)
console.log(`first page: ${total} bytes of JavaScript gzipped in ${scripts.length} files, of at most ${maxFirstPageBytes}`)
if (total > maxFirstPageBytes) process.exit(1)
