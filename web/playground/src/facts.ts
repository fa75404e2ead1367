import { useSyncExternalStore } from 'react'

/** One subgraph call of a plan, as the router describes it in `extensions.weft.plan`. */
export interface PlannedFetch {
  id: number
  kind: 'query' | 'mutation' | 'subscription' | 'entities'
  subgraph: string
  /** One more than the latest wave of dependsOn, starting at 1. */
  wave: number
  dependsOn: number[]
  /** Where in the response the objects lie that the fetch fills. */
  place: string
  /** The condition under which the fetch is made; absent for always. */
  when?: string
  why: string
  /** The subgraph operation. */
  text: string
}

export interface Plan {
  kind: string
  fetches: PlannedFetch[]
}

/** One subgraph call of a run. Times are milliseconds since the router began with the request. */
export interface TracedFetch {
  id: number
  subgraph: string
  startMs: number
  durationMs: number
  bytes: number
  entities: number
  /** The HTTP status; 0 when there was no answer. */
  status: number
  shared: boolean
  error?: string
}

export interface Trace {
  durationMs: number
  fetches: TracedFetch[]
}

/** What the router adds to an answer in development. */
export interface Facts {
  plan?: Plan
  trace?: Trace
}

/** The facts of the last run, of which document they are, and when they came. */
export interface Run extends Facts {
  document: string
  at: number
}

let last: Run | undefined
const listeners = new Set<() => void>()

/** Keeps the facts of a run for the plan panel. */
export function keepRun(run: Run): void {
  last = run
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The facts of the last run. */
export function useLastRun(): Run | undefined {
  return useSyncExternalStore(subscribe, () => last)
}
