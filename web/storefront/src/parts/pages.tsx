// Lists that come in pages, by cursors.
import { Fragment, useState, type ReactNode } from 'react'

/** One page: where it begins, and how to show the next one, if it is the last. */
export type PageOfList = { after: string | null; isFirst: boolean; onMore: ((cursor: string) => void) | undefined }

/** The pages of a list, each a query of its own: one that fails leaves the others standing. */
export function Paged({ children }: { children: (page: PageOfList) => ReactNode }) {
  const [cursors, setCursors] = useState<(string | null)[]>([null])
  const more = (cursor: string) => setCursors((before) => (before.includes(cursor) ? before : [...before, cursor]))
  return cursors.map((after, i) => (
    <Fragment key={after ?? ''}>{children({ after, isFirst: i === 0, onMore: i === cursors.length - 1 ? more : undefined })}</Fragment>
  ))
}

type MoreProps = { pageInfo: { hasNextPage: boolean; endCursor: string | null } | undefined; onMore: PageOfList['onMore']; children: ReactNode }

/** The button for the next page, if there is one. */
export function More({ pageInfo, onMore, children }: MoreProps) {
  const cursor = pageInfo?.hasNextPage ? pageInfo.endCursor : null
  if (!cursor || !onMore) return null
  return (
    <p className="more">
      <button type="button" onClick={() => onMore(cursor)}>
        {children}
      </button>
    </p>
  )
}
