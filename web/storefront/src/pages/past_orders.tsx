import { Link, useSearch } from 'wouter'
import { failureAt } from '../failure'
import { PastOrdersDocument, type PastOrdersQuery } from '../graphql'
import { formatMoney, formatTime } from '../money'
import { ForCustomers } from '../parts/account_gate'
import { CancelOrder, OrderBadge } from '../parts/order'
import { Empty, Loading, Missing, Page } from '../parts/page'
import { More, Paged, type PageOfList } from '../parts/pages'
import { useShopQuery } from '../query'

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
  return (
    <>
      {placed && <p className="notice good">Thank you. Your order is placed.</p>}
      <Paged>{(page) => <OrdersPage {...page} />}</Paged>
    </>
  )
}

function OrdersPage({ after, isFirst, onMore }: PageOfList) {
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
  if (isFirst && orders.length === 0 && !page?.pageInfo.hasNextPage) {
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
      <More pageInfo={page?.pageInfo} onMore={onMore}>
        Show earlier orders
      </More>
    </>
  )
}

function PastOrder({ order }: { order: Order }) {
  const when = order.placedAt ? formatTime(order.placedAt) : 'never placed'
  return (
    <li className="order" data-order={order.id} data-status={order.status}>
      <p className="order-head">
        <Link href={`/orders/${encodeURIComponent(order.id)}`}>
          <strong>{when}</strong>
        </Link>{' '}
        <OrderBadge status={order.status} />
        <strong className="line-total">{formatMoney(order.total)}</strong>
      </p>
      <ul>
        {order.items.map((item) => (
          <li key={item.productId}>
            {item.quantity} × <Link href={`/products/${encodeURIComponent(item.productId)}`}>{item.productName}</Link>, {formatMoney(item.lineTotal)}
          </li>
        ))}
      </ul>
      {order.status === 'PLACED' && <CancelOrder id={order.id} when={when} />}
    </li>
  )
}
