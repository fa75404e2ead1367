// The head of every page: where to go, who is here, how much is in the open order.
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { BasketDocument } from '../graphql'
import { explain, failureAt } from '../failure'
import { useShopQuery } from '../query'
import { useSession } from '../session'
import { useAnnounce } from './announce'

export function Head() {
  const session = useSession()
  return (
    <header className="head">
      <Link href="/" className="brand">
        The Weft Shop
      </Link>
      <nav aria-label="Shop">
        <NavLink href="/">Products</NavLink>
        {session.status === 'signedIn' && (
          <>
            <NavLink href="/order">
              Order <Basket key={session.epoch} />
            </NavLink>
            <NavLink href="/orders">Past orders</NavLink>
          </>
        )}
        {session.isStaff && (
          <>
            <NavLink href="/staff/products/new">New product</NavLink>
            <NavLink href="/staff/orders">Customers’ orders</NavLink>
            <NavLink href="/staff/applications">Applications</NavLink>
            <NavLink href="/staff/credit">Credit</NavLink>
          </>
        )}
      </nav>
      <Who />
    </header>
  )
}

function NavLink({ href, children }: { href: string; children: React.ReactNode }) {
  const [location] = useLocation()
  return (
    <Link href={href} aria-current={location === href ? 'page' : undefined}>
      {children}
    </Link>
  )
}

/** How many pieces are in the open order; nothing while orders cannot be reached. */
function Basket() {
  const { data, failures } = useShopQuery({ query: BasketDocument, variables: {} })
  if (failureAt(failures, 'me', 'openOrder') || !data?.me) return null
  const pieces = (data.me.openOrder?.items ?? []).reduce((sum, item) => sum + item.quantity, 0)
  if (pieces === 0) return null
  return (
    <span className="count" data-basket={pieces}>
      {pieces}
      <span className="unseen"> {pieces === 1 ? 'piece' : 'pieces'}</span>
    </span>
  )
}

function Who() {
  const session = useSession()
  const announce = useAnnounce()
  const [, navigate] = useLocation()
  const [problem, setProblem] = useState('')
  const signOut = async () => {
    setProblem('')
    const failure = await session.end(false)
    if (failure) {
      setProblem(`${explain(failure)} You are still signed in.`)
      return
    }
    navigate('/')
    announce('You are signed out.')
  }
  switch (session.status) {
    case 'loading':
      return <div className="who" />
    case 'unknown':
      return <div className="who muted">Accounts are away for a moment</div>
    case 'signedOut':
      return (
        <div className="who">
          <NavLink href="/sign-in">Sign in</NavLink>
          <NavLink href="/sign-up">Sign up</NavLink>
        </div>
      )
    case 'signedIn':
      return (
        <div className="who">
          <NavLink href="/account">{session.viewer.name}</NavLink>
          <button type="button" className="quiet" onClick={() => void signOut()}>
            Sign out
          </button>
          {problem && (
            <p className="field-error" role="alert">
              {problem}
            </p>
          )}
        </div>
      )
  }
}
