import { useState } from 'react'
import { Link } from 'wouter'
import { failureAt } from '../failure'
import { CustomersOrdersDocument, type OrderStatus } from '../graphql'
import { formatMoney, formatTime } from '../money'
import { ForStaff } from '../parts/account_gate'
import { OrderBadge, orderStatuses } from '../parts/order'
import { Empty, Loading, Missing, Page } from '../parts/page'
import { More, Paged, type PageOfList } from '../parts/pages'
import { useShopQuery } from '../query'

const pageSize = 20
// What waits for staff comes first.
const shown: OrderStatus[] = ['PLACED', 'PAID', 'SHIPPED', 'CANCELLED']

/** Everybody's orders, by where they stand. */
export function CustomersOrders() {
  const [status, setStatus] = useState<OrderStatus>('PLACED')
  return (
    <Page title="Customers’ orders">
      <ForStaff>
        <fieldset className="pills">
          <legend className="unseen">Status</legend>
          {shown.map((value) => (
            <label key={value}>
              <input type="radio" name="status" checked={status === value} onChange={() => setStatus(value)} />
              <span>{orderStatuses[value][0]}</span>
            </label>
          ))}
        </fieldset>
        <Paged key={status}>{(page) => <OrdersPage status={status} {...page} />}</Paged>
      </ForStaff>
    </Page>
  )
}

function OrdersPage({ status, after, isFirst, onMore }: PageOfList & { status: OrderStatus }) {
  const { data, failures, isLoading, retry } = useShopQuery({ query: CustomersOrdersDocument, variables: { status, first: pageSize, after } })
  const failure = failureAt(failures, 'orders')
  const orders = (data?.orders?.edges ?? []).map(({ node }) => node)
  if (isLoading) return <Loading what="the orders" />
  if (failure) return <Missing failure={failure} onRetry={retry} />
  if (isFirst && orders.length === 0) {
    return (
      <Empty>
        <p>There are none.</p>
      </Empty>
    )
  }
  return (
    <>
      <ul className="lines" aria-label={isFirst ? 'Orders' : 'Earlier orders'}>
        {orders.map((order) => (
          <li key={order.id} className="line" data-order={order.id}>
            <span className="line-name">
              <Link href={`/orders/${encodeURIComponent(order.id)}`}>
                {order.customer.name}, {order.placedAt ? formatTime(order.placedAt) : 'never placed'}
              </Link>
              <OrderBadge status={order.status} />
            </span>
            <strong className="line-total">{formatMoney(order.total)}</strong>
          </li>
        ))}
      </ul>
      <More pageInfo={data?.orders?.pageInfo} onMore={onMore}>
        Show earlier orders
      </More>
    </>
  )
}
