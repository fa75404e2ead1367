// What every page is made of: title, heading with the focus after a change of page, notices, loading and empty states.
import { useEffect, useRef, type ReactNode } from 'react'
import { explain, type Failure } from '../failure'

const shopName = 'The Weft Shop'

// The first page is where the browser put the focus itself.
let isFirstPage = true

/** A page with its heading, which takes the focus when the page is reached by a link. */
export function Page({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${title} · ${shopName}`
  }, [title])
  useEffect(() => {
    if (isFirstPage) {
      isFirstPage = false
      return
    }
    window.scrollTo(0, 0)
    heading.current?.focus({ preventScroll: true })
  }, [])
  return (
    <main className="page" id="main">
      <div className="page-head">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {actions}
      </div>
      {children}
    </main>
  )
}

/** Says that a part of a page is missing, and that the page keeps asking. */
export function Missing({ failure, children, onRetry }: { failure: Failure; children?: ReactNode; onRetry?: () => void }) {
  const isOutage = failure.kind === 'outage'
  return (
    <div className="notice" role="status" data-missing={failure.part}>
      <p>
        <strong>{explain(failure)}</strong> {children}
        {isOutage && ' This page keeps trying and shows it as soon as it is back.'}
      </p>
      {isOutage && onRetry && (
        <button type="button" className="quiet" onClick={onRetry}>
          Try now
        </button>
      )}
    </div>
  )
}

/** Says why what the person asked for was not done. Nothing they typed is lost. */
export function Refusal({ failure }: { failure: Failure | undefined }) {
  if (!failure) return null
  return (
    <p className="notice error" role="alert">
      {explain(failure)}
      {failure.kind === 'outage' && ' Please try again in a moment.'}
    </p>
  )
}

export function Loading({ what, rows = 3 }: { what: string; rows?: number }) {
  return (
    <div className="loading" role="status">
      <span className="unseen">Loading {what}…</span>
      {Array.from({ length: rows }, (_, i) => (
        <div key={i} className="ghost" aria-hidden="true" />
      ))}
    </div>
  )
}

export function Empty({ children }: { children: ReactNode }) {
  return <div className="empty">{children}</div>
}
