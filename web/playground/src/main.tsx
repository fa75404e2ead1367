import { createRoot } from 'react-dom/client'
import 'graphiql/setup-workers/vite'
import 'graphiql/style.css'
import './page.css'
import './plan.css'
import { App } from './app'
import { loadSettings } from './settings'

const container = document.getElementById('root')
if (!container) throw new Error('index.html has no element called root')
const root = createRoot(container)
loadSettings().then(
  (settings) => root.render(<App settings={settings} />),
  (error: unknown) => root.render(<p role="alert">The playground cannot start: {String(error)}. Is the router running?</p>),
)
