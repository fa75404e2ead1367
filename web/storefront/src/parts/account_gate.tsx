// What a page for people who are signed in shows to everybody else.
import type { ReactNode } from 'react'
import { Link, useLocation } from 'wouter'
import type { Failure } from '../failure'
import { useSession, type Viewer } from '../session'
import { Loading, Missing } from './page'

const accountsAreOut: Failure = { kind: 'outage', part: 'user', path: ['me'], code: '', message: '', extensions: {} }

/** Renders its child for somebody who is signed in, and otherwise says what to do. */
export function ForCustomers({ why, children }: { why: string; children: (viewer: Viewer) => ReactNode }) {
  const session = useSession()
  const [location] = useLocation()
  switch (session.status) {
    case 'loading':
      return <Loading what="your account" />
    case 'unknown':
      return <Missing failure={accountsAreOut}>We do not know yet whether you are signed in.</Missing>
    case 'signedOut':
      return (
        <p>
          {why} <Link href={`/sign-in?next=${encodeURIComponent(location)}`}>Sign in</Link> or{' '}
          <Link href={`/sign-up?next=${encodeURIComponent(location)}`}>sign up</Link>.
        </p>
      )
    case 'signedIn':
      return children(session.viewer)
  }
}

/** Renders its child for staff. */
export function ForStaff({ children }: { children: ReactNode }) {
  const { isStaff } = useSession()
  return <ForCustomers why="This page is for staff.">{() => (isStaff ? children : <p>This page is for staff of the shop.</p>)}</ForCustomers>
}

/** The page to go to after signing in: one of ours, whatever the address says. */
export function nextPage(search: string): string {
  const next = new URLSearchParams(search).get('next') ?? '/'
  return /^\/(?![/\\])/.test(next) ? next : '/'
}
