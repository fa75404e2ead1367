import { HISTORY_PLUGIN } from '@graphiql/plugin-history'
import type { Fetcher } from '@graphiql/toolkit'
import { GraphiQL } from 'graphiql'
import { getOperationAST } from 'graphql'
import { useState } from 'react'
import { keepRun } from './facts'
import { planPlugin, planTitle } from './plan-panel'
import { send } from './request'
import type { Settings } from './settings'
import { SignInBar } from './sign-in'
import { subscribe } from './stream'

/** Where page.css puts the panes one above the other. */
const narrow = 700

/** Whether GraphiQL has not kept yet which pane is open. */
function isFirstVisit(): boolean {
  return localStorage.getItem('graphiql:visiblePlugin') === null
}

/** The page: GraphiQL below a bar with the ways to sign in. */
export function App({ settings }: { settings: Settings }) {
  const [ended, setEnded] = useState(0)
  // Made once: GraphiQL asks for the schema again when its fetcher is another.
  const [fetcher] = useState(() => fetcherFor(settings, () => setEnded((n) => n + 1)))
  const [plugins] = useState(() => (settings.development ? [HISTORY_PLUGIN, planPlugin(settings)] : [HISTORY_PLUGIN]))
  const [tabs] = useState(() =>
    settings.tabs.map((tab) => ({ query: tab.operation, variables: tab.variables ? JSON.stringify(tab.variables, null, 2) : null })),
  )
  const [isWide] = useState(() => window.innerWidth > narrow)
  const [opensPlan] = useState(() => isWide && settings.development && isFirstVisit())
  return (
    <>
      <SignInBar settings={settings} ended={ended} />
      <main className="page-main">
        <GraphiQL
          fetcher={fetcher}
          plugins={plugins}
          {...(tabs.length > 0 ? { defaultTabs: tabs } : {})}
          {...(isWide && tabs.some((tab) => tab.variables) ? { defaultEditorToolsVisibility: 'variables' as const } : {})}
          {...(settings.introspection ? {} : { schema: null })}
          {...(opensPlan ? { visiblePlugin: planTitle } : {})}
          inputValueDeprecation
          schemaDescription
        >
          <GraphiQL.Logo>
            <span className="page-credit">GraphiQL</span>
          </GraphiQL.Logo>
        </GraphiQL>
      </main>
    </>
  )
}

/** Sends GraphiQL's requests, and keeps what the router says about plan and timing for the plan panel. */
function fetcherFor(settings: Settings, onSessionEnded: () => void): Fetcher {
  return async (params, options) => {
    const headers = (options?.headers ?? {}) as Record<string, string>
    if (params.operationName === 'IntrospectionQuery') {
      // The schema is the same for everybody, and must show also when the session is over.
      const { answer } = await send(settings.endpoint, params, { headers, anonymous: true })
      return answer as never
    }
    const operation = options?.documentAST && getOperationAST(options.documentAST, params.operationName)
    if (operation?.operation === 'subscription') {
      return subscribe(settings.endpoint, params, { headers }, onSessionEnded) as never
    }
    const result = await send(settings.endpoint, params, {
      headers,
      ...(settings.development ? { debug: 'plan, trace' } : {}),
    })
    if (result.facts) keepRun({ ...result.facts, document: params.query, at: performance.now() })
    if (result.status === 401) onSessionEnded()
    return result.answer as never
  }
}
