import { useSyncExternalStore } from 'react'

let changes = 0
const listeners = new Set<() => void>()

/** Says that from now on somebody else may be signed in, or nobody. */
export function sessionChanged(): void {
  changes += 1
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** How often the session has changed: what depends on who is signed in depends on this number. */
export function useSessionChanges(): number {
  return useSyncExternalStore(subscribe, () => changes)
}
