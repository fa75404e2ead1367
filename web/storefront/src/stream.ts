// What changes while a page is open, told by the graph as a stream of events.
import { useEffect } from 'react'
import { useClient } from 'urql'
import { failuresOf } from './failure'
import { OrderUpdatedDocument } from './graphql'
import { pauseAfter } from './query'

/**
 * Keeps what the cache knows of an order current while the page is in view. A stream that ends, because the token has
 * expired or a part of the shop is away, is opened again; its first event is the present state, so no change is missed.
 */
export function useOrderUpdates(id: string, isOver: boolean) {
  const client = useClient()
  useEffect(() => {
    if (isOver) return
    let timer = 0
    let attempts = 0
    let close = () => {}
    const open = () => {
      leave()
      // A browser has few connections to one origin, for all of its tabs.
      if (document.visibilityState !== 'visible') return
      const stream = client.subscription(OrderUpdatedDocument, { id }).subscribe(({ data, error, hasNext }) => {
        if (data) attempts = 0
        if (hasNext || failuresOf(error).some(({ kind }) => kind === 'refused')) return
        timer = window.setTimeout(open, pauseAfter(attempts++))
      })
      close = stream.unsubscribe
    }
    const leave = () => {
      window.clearTimeout(timer)
      close()
    }
    open()
    document.addEventListener('visibilitychange', open)
    return () => {
      document.removeEventListener('visibilitychange', open)
      leave()
    }
  }, [client, id, isOver])
}
