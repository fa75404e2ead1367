import type { CSSProperties } from 'react'
import type { Plan, PlannedFetch } from './facts'

/** Draws a plan as a tree: each fetch below the one that it waits for longest. */
export function PlanTree({ plan, colours }: { plan: Plan; colours: Map<string, string> }) {
  if (plan.fetches.length === 0) return <p>The router answers this by itself: no subgraph is asked.</p>
  const waves = Math.max(...plan.fetches.map((fetch) => fetch.wave))
  const branches = childrenOf(plan)
  return (
    <>
      <p className="plan-note">
        {count(plan.fetches.length, 'fetch', 'fetches')} in {count(waves, 'wave', 'waves')}
      </p>
      <Branch fetches={branches.get(undefined) ?? []} branches={branches} colours={colours} />
    </>
  )
}

/** The fetches below each fetch; those that wait for nobody below undefined. */
type Branches = Map<number | undefined, PlannedFetch[]>

/** Finds for each fetch the one that it waits for longest: of the last wave and, among those, the last. */
function childrenOf(plan: Plan): Branches {
  const branches: Branches = new Map()
  for (const fetch of plan.fetches) {
    const parent = parentOf(fetch, plan)
    branches.set(parent, [...(branches.get(parent) ?? []), fetch])
  }
  return branches
}

function parentOf(fetch: PlannedFetch, plan: Plan): number | undefined {
  let parent: PlannedFetch | undefined
  for (const id of fetch.dependsOn) {
    const candidate = plan.fetches[id]
    if (candidate && (!parent || candidate.wave >= parent.wave)) parent = candidate
  }
  return parent?.id
}

interface BranchProps {
  fetches: PlannedFetch[]
  branches: Branches
  colours: Map<string, string>
  parent?: number
}

function Branch({ fetches, branches, colours, parent }: BranchProps) {
  return (
    <ul className="plan-branch">
      {fetches.map((fetch) => (
        <li key={fetch.id}>
          <FetchNode fetch={fetch} colour={colours.get(fetch.subgraph)} parent={parent} />
          {branches.has(fetch.id) && (
            <Branch fetches={branches.get(fetch.id) ?? []} branches={branches} colours={colours} parent={fetch.id} />
          )}
        </li>
      ))}
    </ul>
  )
}

function FetchNode({ fetch, colour, parent }: { fetch: PlannedFetch; colour: string | undefined; parent: number | undefined }) {
  const others = fetch.dependsOn.filter((id) => id !== parent)
  return (
    <details className="plan-fetch" style={{ '--subgraph': colour } as CSSProperties}>
      <summary>
        <span className="plan-id">{fetch.id}</span> <strong>{fetch.subgraph}</strong> <span className="plan-wave">wave {fetch.wave}</span>
        <span className="plan-why">{fetch.why}</span>
      </summary>
      <dl>
        <dt>fills</dt>
        <dd>{fetch.place}</dd>
        {others.length > 0 && (
          <>
            <dt>waits also for</dt>
            <dd>{others.join(', ')}</dd>
          </>
        )}
        {fetch.when && (
          <>
            <dt>only if</dt>
            <dd>{fetch.when}</dd>
          </>
        )}
      </dl>
      <pre tabIndex={0} aria-label={`Operation sent to ${fetch.subgraph}`}>
        {fetch.text}
      </pre>
    </details>
  )
}

/** A number with its noun. */
export function count(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`
}
