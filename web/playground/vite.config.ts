import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/** What package router/playground embeds. */
const embedded = join(import.meta.dirname, '../../router/playground/built')

/**
 * Packs what was built into the folder that the router embeds. Only the packed files go there: they are what browsers
 * take, and they keep the binary small. The folder's .gitignore stays, as the embedding needs one file in any case.
 */
function pack(): Plugin {
  return {
    name: 'pack',
    apply: 'build',
    closeBundle() {
      const dist = join(import.meta.dirname, 'dist')
      for (const name of readdirSync(embedded)) {
        if (name !== '.gitignore') rmSync(join(embedded, name), { recursive: true })
      }
      for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue
        const source = join(entry.parentPath, entry.name)
        const target = join(embedded, source.slice(dist.length) + '.gz')
        mkdirSync(dirname(target), { recursive: true })
        writeFileSync(target, gzipSync(readFileSync(source), { level: 9 }))
      }
    },
  }
}

export default defineConfig({
  // The page may lie behind a proxy that adds a path, so it names its files relative to itself.
  base: './',
  plugins: [react(), pack()],
  worker: { format: 'es' },
  build: {
    assetsDir: 'playground',
    target: 'es2022',
    // Small files too are files: the content security policy allows no data: URL where it need not.
    assetsInlineLimit: 0,
    // The editor is large, it is loaded from the machine next door, and a developer loads it once.
    chunkSizeWarningLimit: 5000,
    rolldownOptions: {
      // GraphiQL's files say so to a compiler that has seen them already.
      onLog(level, log, next) {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') next(level, log)
      },
    },
    license: { fileName: 'playground/licenses.txt' },
  },
})
