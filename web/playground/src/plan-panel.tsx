import { useGraphiQL, type GraphiQLPlugin } from '@graphiql/react'
import { useEffect, useState } from 'react'
import { coloursOf } from './colours'
import { useLastRun, type Plan } from './facts'
import { PlanTree } from './plan-tree'
import { send, type Request } from './request'
import { useSessionChanges } from './session'
import type { Settings } from './settings'
import { Waterfall } from './waterfall'

/** How long an edit must be over before its plan is asked for. */
const pauseMs = 400

/** The plan panel's title, by which GraphiQL knows it. */
export const planTitle = 'Query plan'

/** The plan panel as a plugin of GraphiQL. */
export function planPlugin(settings: Settings): GraphiQLPlugin {
  return { title: planTitle, icon: PlanIcon, content: () => <PlanPanel endpoint={settings.endpoint} /> }
}

function PlanIcon() {
  return (
    <svg viewBox="0 0 20 20" width="20" height="20" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <rect x="1.5" y="7.5" width="5" height="5" rx="1" />
      <rect x="13.5" y="1.5" width="5" height="5" rx="1" />
      <rect x="13.5" y="13.5" width="5" height="5" rx="1" />
      <path d="M6.5 10h3.5M10 4v12M10 4h3.5M10 16h3.5" />
    </svg>
  )
}

/** The plan of the operation in the editor, before it runs too, and the timing of the last run. */
function PlanPanel({ endpoint }: { endpoint: string }) {
  const document = useGraphiQL((state) => state.tabs[state.activeTabIndex]?.query ?? '')
  const planned = usePlan(endpoint, document)
  const run = useLastRun()
  const isCurrent = run !== undefined && run.document === document
  const plan = isCurrent && run.at > planned.at ? run.plan : planned.plan
  const colours = coloursOf([...(plan?.fetches ?? []), ...(run?.trace?.fetches ?? [])])
  return (
    // It can be focused, so that the pane scrolls by keyboard too.
    <section className="plan-panel" aria-label={planTitle} tabIndex={0}>
      <h2>{planTitle}</h2>
      {planned.problem && <p className="plan-problem">{planned.problem}</p>}
      {plan && <PlanTree plan={plan} colours={colours} />}
      {!plan && !planned.problem && <p>Write an operation to see how the router answers it.</p>}
      <h2>Timing</h2>
      {run?.trace && !isCurrent && <p className="plan-note">Of the last run, which was another operation.</p>}
      {run?.trace && <Waterfall trace={run.trace} plan={run.plan} colours={colours} />}
      {!run?.trace && <p>Run the operation to see when each fetch began and how long it took.</p>}
    </section>
  )
}

/** A plan that was asked for, or why there is none, and when it came. */
interface Planned {
  at: number
  plan?: Plan
  problem?: string
}

/**
 * Asks the router how it would answer the operation in the editor, whenever that or the session has changed: what a
 * person may not see is not planned. Nothing is run.
 */
function usePlan(endpoint: string, document: string): Planned {
  const operationName = useGraphiQL((state) => state.operationName)
  const session = useSessionChanges()
  const [planned, setPlanned] = useState<Planned>({ at: 0 })
  useEffect(() => {
    if (document.replace(/#.*/g, '').trim() === '') {
      setPlanned({ at: performance.now() })
      return
    }
    const abort = new AbortController()
    const timer = setTimeout(() => {
      void askForPlan(endpoint, { query: document, operationName }, abort.signal).then((answer) => {
        if (!abort.signal.aborted) setPlanned({ ...answer, at: performance.now() })
      })
    }, pauseMs)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [endpoint, document, operationName, session])
  return planned
}

/** Asks for a plan. There is always an answer: the plan, or in a sentence why there is none. */
async function askForPlan(endpoint: string, request: Request, signal: AbortSignal): Promise<{ plan: Plan } | { problem: string }> {
  try {
    const { answer, facts } = await send(endpoint, request, { debug: 'plan, dry-run', signal })
    return facts?.plan ? { plan: facts.plan } : { problem: answer.errors?.[0]?.message ?? 'The router gave no plan.' }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}
