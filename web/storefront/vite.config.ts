import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: 'dist/site',
    emptyOutDir: true,
    // The content security policy allows files, and no data: URLs.
    assetsInlineLimit: 0,
  },
  server: { port: 4011, strictPort: true, proxy: { '/graphql': 'http://127.0.0.1:4000' } },
})
