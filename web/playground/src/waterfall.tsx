import type { CSSProperties } from 'react'
import type { Plan, Trace, TracedFetch } from './facts'
import { count } from './plan-tree'

interface WaterfallProps {
  trace: Trace
  plan: Plan | undefined
  colours: Map<string, string>
}

/** Draws when each fetch began and how long it took, on the time of the whole request. */
export function Waterfall({ trace, plan, colours }: WaterfallProps) {
  const made = new Set(trace.fetches.map((fetch) => fetch.id))
  const notMade = (plan?.fetches ?? []).filter((fetch) => !made.has(fetch.id))
  return (
    <>
      <p className="plan-note">
        {count(trace.fetches.length, 'fetch', 'fetches')} in {milliseconds(trace.durationMs)}
      </p>
      <ol className="waterfall">
        {trace.fetches.map((fetch, i) => (
          <li key={i} style={placeOf(fetch, trace, colours)}>
            <span className="waterfall-name">
              <span className="plan-id">{fetch.id}</span> <strong>{fetch.subgraph}</strong>
            </span>
            <span className="waterfall-line" aria-hidden="true">
              <span className="waterfall-bar" />
            </span>
            <span className="waterfall-facts">{factsOf(fetch)}</span>
          </li>
        ))}
        {notMade.map((fetch) => (
          <li key={`not-${fetch.id}`} style={{ '--subgraph': colours.get(fetch.subgraph) } as CSSProperties}>
            <span className="waterfall-name">
              <span className="plan-id">{fetch.id}</span> <strong>{fetch.subgraph}</strong>
            </span>
            <span className="waterfall-facts">not needed: there was nothing to ask for</span>
          </li>
        ))}
      </ol>
    </>
  )
}

function placeOf(fetch: TracedFetch, trace: Trace, colours: Map<string, string>): CSSProperties {
  const total = trace.durationMs || 1
  return {
    '--subgraph': colours.get(fetch.subgraph),
    '--start': `${(100 * fetch.startMs) / total}%`,
    '--length': `${(100 * fetch.durationMs) / total}%`,
  } as CSSProperties
}

function factsOf(fetch: TracedFetch): string {
  const facts = [`at ${milliseconds(fetch.startMs)}`, `for ${milliseconds(fetch.durationMs)}`]
  if (fetch.status > 0) facts.push(`status ${fetch.status}`, bytes(fetch.bytes))
  if (fetch.entities > 0) facts.push(count(fetch.entities, 'entity', 'entities'))
  facts.push(fetch.shared ? 'shared with another request' : 'not shared')
  if (fetch.error) facts.push(fetch.error)
  return facts.join(' · ')
}

function milliseconds(n: number): string {
  return `${n < 10 ? n.toFixed(2) : n.toFixed(1)} ms`
}

function bytes(n: number): string {
  return n < 1000 ? `${n} B` : `${(n / 1000).toFixed(1)} kB`
}
