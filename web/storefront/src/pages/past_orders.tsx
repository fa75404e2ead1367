import { useState } from 'react'
import { Link, useSearch } from 'wouter'
import { failureAt, type Failure } from '../failure'
import { CancelOrderDocument, PastOrdersDocument, type OrderStatus, type PastOrdersQuery } from '../graphql'
import { formatMoney, formatTime } from '../money'
import { ForCustomers } from '../parts/account_gate'
import { useAnnounce } from '../parts/announce'
import { Empty, Loading, Missing, Page, Refusal } from '../parts/page'
import { useShopMutation, useShopQuery } from '../query'

type Order = NonNullable<NonNullable<PastOrdersQuery['me']>['orders']>['edges'][number]['node']

const pageSize = 10

export function PastOrders() {
  return (
    <Page title="Past orders">
      <ForCustomers why="Your orders are kept with your account.">{() => <Orders />}</ForCustomers>
    </Page>
  )
}

function Orders() {
  const placed = new URLSearchParams(useSearch()).get('placed')
  const [cursors, setCursors] = useState<(string | null)[]>([null])
  return (
    <>
      {placed && <p className="notice good">Thank you. Your order is placed.</p>}
      {cursors.map((after, i) => (
        <OrdersPage
          key={after ?? ''}
          after={after}
          isFirst={i === 0}
          onMore={i === cursors.length - 1 ? (cursor) => setCursors((before) => [...before, cursor]) : undefined}
        />
      ))}
    </>
  )
}

type OrdersPageProps = { after: string | null; isFirst: boolean; onMore: ((cursor: string) => void) | undefined }

function OrdersPage({ after, isFirst, onMore }: OrdersPageProps) {
  const { data, failures, isLoading, retry } = useShopQuery({ query: PastOrdersDocument, variables: { first: pageSize, after } })
  const failure = failureAt(failures, 'me', 'orders')
  const page = data?.me?.orders
  if (isLoading) return <Loading what="your orders" />
  if (failure) {
    return (
      <Missing failure={failure} onRetry={retry}>
        Your orders are safe.
      </Missing>
    )
  }
  // The open order is a page of its own.
  const orders = (page?.edges ?? []).map(({ node }) => node).filter(({ status }) => status !== 'OPEN')
  const more = page?.pageInfo.hasNextPage ? page.pageInfo.endCursor : null
  if (isFirst && orders.length === 0 && !more) {
    return (
      <Empty>
        <p>You have placed no order yet.</p>
        <Link className="button" href="/order">
          See your open order
        </Link>
      </Empty>
    )
  }
  return (
    <>
      <ul className="orders" aria-label={isFirst ? 'Orders' : 'Earlier orders'}>
        {orders.map((order) => (
          <PastOrder key={order.id} order={order} />
        ))}
      </ul>
      {more && onMore && (
        <p className="more">
          <button type="button" onClick={() => onMore(more)}>
            Show earlier orders
          </button>
        </p>
      )}
    </>
  )
}

const statuses: Record<OrderStatus, [label: string, tone: string]> = {
  OPEN: ['Open', ''],
  PLACED: ['Placed', 'good'],
  PAID: ['Paid', 'good'],
  SHIPPED: ['Shipped', 'good'],
  CANCELLED: ['Cancelled', 'bad'],
}

function PastOrder({ order }: { order: Order }) {
  const announce = useAnnounce()
  const { run, isBusy } = useShopMutation(CancelOrderDocument)
  const [failure, setFailure] = useState<Failure>()
  const [label, tone] = statuses[order.status]
  const when = order.placedAt ? formatTime(order.placedAt) : 'never placed'
  const cancel = async () => {
    const done = await run({ id: order.id })
    if (!done) return
    setFailure(done.data?.cancelOrder ? undefined : done.failures[0])
    if (done.data?.cancelOrder) announce('The order is cancelled.')
  }
  return (
    <li className="order" data-order={order.id} data-status={order.status}>
      <p className="order-head">
        <strong>{when}</strong> <span className={`badge ${tone}`}>{label}</span>
        <strong className="line-total">{formatMoney(order.total)}</strong>
      </p>
      <ul>
        {order.items.map((item) => (
          <li key={item.productId}>
            {item.quantity} × <Link href={`/products/${encodeURIComponent(item.productId)}`}>{item.productName}</Link>, {formatMoney(item.lineTotal)}
          </li>
        ))}
      </ul>
      {order.status === 'PLACED' && (
        <button type="button" className="quiet" aria-label={`Cancel the order of ${when}`} aria-disabled={isBusy} onClick={() => void cancel()}>
          Cancel this order
        </button>
      )}
      <Refusal failure={failure} />
    </li>
  )
}
