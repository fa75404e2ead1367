// Who is here. The token is a cookie that scripts cannot read, so the answer comes from the query Viewer; everything that
// was cached for one identity is thrown away with its client when another begins.
import type { Client } from '@urql/core'
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react'
import { Provider } from 'urql'
import { makeClient } from './client'
import { LogoutDocument, LogoutEverywhereDocument, RefreshDocument, ViewerDocument, type ViewerQuery } from './graphql'
import { failureAt, failuresOf, type Failure } from './failure'
import { useShopQuery } from './query'

export type Viewer = NonNullable<ViewerQuery['me']>

/** unknown: the user service could not say yet whether somebody is signed in. */
type Identity =
  | { status: 'loading' | 'unknown' | 'signedOut'; viewer?: undefined }
  | { status: 'signedIn'; viewer: Viewer }

export type Session = Identity & {
  isStaff: boolean
  /** Counts identities: what belongs to one is keyed by it. */
  epoch: number
  begin: (login: { expiresAt: string; user: Viewer }) => void
  /** Ends this session, or all of the person's; undefined if it has ended. */
  end: (everywhere: boolean) => Promise<Failure | undefined>
}

const Context = createContext<Session | undefined>(undefined)

export function useSession(): Session {
  const session = useContext(Context)
  if (!session) throw new Error('useSession is called outside of SessionProvider')
  return session
}

// When the token expires is no secret, and a page that is opened later must know it to renew in time.
const expiryKey = 'session-expires'
const renewBefore = 5 * 60_000
const renewalCheck = 30_000

function noteExpiry(expiresAt: string) {
  localStorage.setItem(expiryKey, expiresAt)
}

function isExpiring(): boolean {
  const expiresAt = localStorage.getItem(expiryKey)
  return expiresAt !== null && Date.parse(expiresAt) - Date.now() < renewBefore
}

export function SessionProvider({ children }: { children: ReactNode }) {
  const [epoch, setEpoch] = useState(0)
  const [identity, setIdentity] = useState<Identity>({ status: 'loading' })

  const change = useCallback((next: Identity) => {
    if (next.status !== 'signedIn') localStorage.removeItem(expiryKey)
    setIdentity(next)
    setEpoch((now) => now + 1)
  }, [])
  // Each epoch has a client of its own.
  const client = useMemo(() => makeClient({ onRenewed: noteExpiry, onEnded: () => change({ status: 'signedOut' }) }), [epoch, change])

  const begin = useCallback<Session['begin']>(
    (login) => {
      noteExpiry(login.expiresAt)
      change({ status: 'signedIn', viewer: login.user })
    },
    [change],
  )

  const end = useCallback<Session['end']>(
    async (everywhere) => {
      const result = everywhere
        ? await client.mutation(LogoutEverywhereDocument, {}).toPromise()
        : await client.mutation(LogoutDocument, {}).toPromise()
      const failure = failuresOf(result.error)[0]
      if (failure && failure.kind === 'outage') return failure
      change({ status: 'signedOut' })
      return undefined
    },
    [client, change],
  )

  useRenewal(client, identity.status === 'signedIn')
  const session = useMemo<Session>(() => {
    const roles = identity.viewer?.roles ?? []
    return { ...identity, isStaff: roles.includes('CLERK') || roles.includes('ADMIN'), epoch, begin, end }
  }, [identity, epoch, begin, end])

  return (
    <Provider value={client}>
      <Context.Provider value={session}>
        <AskWhoIsHere key={epoch} onAnswer={setIdentity} />
        {children}
      </Context.Provider>
    </Provider>
  )
}

type AskProps = { onAnswer: (set: (before: Identity) => Identity) => void }

/** Asks who is here, again while the answer is out, and tells the provider. Who was here stays while nobody can say. */
function AskWhoIsHere({ onAnswer }: AskProps) {
  const { data, failures, isLoading } = useShopQuery({ query: ViewerDocument, variables: {} })
  const viewer = data?.me
  const isOut = failureAt(failures, 'me') !== undefined
  useEffect(() => {
    if (isLoading) return
    onAnswer((before) => {
      if (isOut) return before.status === 'loading' ? { status: 'unknown' } : before
      return viewer ? { status: 'signedIn', viewer } : { status: 'signedOut' }
    })
  }, [viewer, isOut, isLoading, onAnswer])
  return null
}

/** Renews the token while the person is here, before it expires. */
function useRenewal(client: Client, isSignedIn: boolean) {
  useEffect(() => {
    if (!isSignedIn) return
    const renew = async () => {
      if (document.visibilityState !== 'visible' || !isExpiring()) return
      const result = await client.mutation(RefreshDocument, {}).toPromise()
      if (result.data?.refresh) noteExpiry(result.data.refresh.expiresAt)
    }
    void renew()
    const timer = window.setInterval(() => void renew(), renewalCheck)
    document.addEventListener('visibilitychange', renew)
    return () => {
      window.clearInterval(timer)
      document.removeEventListener('visibilitychange', renew)
    }
  }, [client, isSignedIn])
}
