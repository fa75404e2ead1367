// Queries and mutations as pages use them: the data there is, what failed, and recovery without a reload.
import type { AnyVariables, OperationContext, TypedDocumentNode } from '@urql/core'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useClient, useQuery } from 'urql'
import { failuresOf, type Failure } from './failure'

const firstDelay = 1000
const maxDelay = 8_000

/** How long to wait before asking again, longer after each attempt; no two pages wait alike. */
export function pauseAfter(attempts: number): number {
  return Math.min(firstDelay * 2 ** attempts, maxDelay) * (0.8 + 0.4 * Math.random())
}

type Answer<Data> = {
  /** The newest data, also while newer data is on its way or could not be had. */
  data: Data | undefined
  failures: Failure[]
  /** Nothing has come yet. */
  isLoading: boolean
  /** Something is there and newer data is on its way. */
  isUpdating: boolean
  retry: () => void
}

type Args<Data, Variables extends AnyVariables> = {
  query: TypedDocumentNode<Data, Variables>
  variables: Variables
  context?: Partial<OperationContext>
  pause?: boolean
}

/**
 * Runs a query: what the cache knows first, then the network. While a part of the shop does not answer, it asks again
 * with growing pauses, and at once when the person comes back to the page or to the network.
 */
export function useShopQuery<Data, Variables extends AnyVariables>(args: Args<Data, Variables>): Answer<Data> {
  const context = useMemo(() => ({ ...args.context }), [args.context])
  const [result, execute] = useQuery<Data, Variables>({
    query: args.query,
    variables: args.variables,
    pause: args.pause ?? false,
    requestPolicy: 'cache-and-network',
    context,
  })
  const last = useRef<Data | undefined>(undefined)
  if (result.data) last.current = result.data
  const failures = useMemo(() => failuresOf(result.error), [result.error])
  const isBusy = result.fetching || result.stale
  const retry = () => execute({ ...args.context, requestPolicy: 'network-only' })
  useRecovery(failures.some((failure) => failure.kind === 'outage'), retry)
  return {
    data: result.data ?? last.current,
    failures,
    isLoading: isBusy && !result.data && !last.current && failures.length === 0,
    isUpdating: isBusy && Boolean(result.data ?? last.current),
    retry,
  }
}

/**
 * Calls retry as long as something is out, with growing pauses, and at once when the person comes back. It goes by its
 * own clock and not by whether an answer is said to be on its way: the cache may say so of one that it will not ask for,
 * when two queries that miss the same thing have woken each other.
 */
function useRecovery(isOut: boolean, retry: () => void) {
  const again = useRef(retry)
  useEffect(() => {
    again.current = retry
  })
  useEffect(() => {
    if (!isOut) return
    let timer = 0
    let attempts = 0
    const ask = () => {
      if (document.visibilityState === 'visible') again.current()
    }
    const wait = () => {
      timer = window.setTimeout(() => {
        attempts++
        ask()
        wait()
      }, pauseAfter(attempts))
    }
    wait()
    window.addEventListener('focus', ask)
    window.addEventListener('online', ask)
    document.addEventListener('visibilitychange', ask)
    return () => {
      window.clearTimeout(timer)
      window.removeEventListener('focus', ask)
      window.removeEventListener('online', ask)
      document.removeEventListener('visibilitychange', ask)
    }
  }, [isOut])
}

export type Done<Data> = { data: Data | undefined; failures: Failure[] }

/** A mutation that runs once at a time: a second call while one is under way is not sent. */
export function useShopMutation<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  context?: Partial<OperationContext>,
) {
  const client = useClient()
  const [isBusy, setBusy] = useState(false)
  const running = useRef(false)
  const run = async (variables: Variables): Promise<Done<Data> | undefined> => {
    if (running.current) return undefined
    running.current = true
    setBusy(true)
    try {
      const result = await client.mutation(document, variables, context).toPromise()
      return { data: result.data, failures: failuresOf(result.error) }
    } finally {
      running.current = false
      setBusy(false)
    }
  }
  return { run, isBusy }
}
