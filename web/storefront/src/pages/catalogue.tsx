import { useEffect, useRef, useState } from 'react'
import { Link, useSearchParams } from 'wouter'
import { anonymous } from '../client'
import { failureAt } from '../failure'
import { ProductsDocument, type ProductCardFragment, type ProductFilter, type ProductKind, type ProductSort } from '../graphql'
import { formatMoney, type Money } from '../money'
import { Empty, Loading, Missing, Page } from '../parts/page'
import { Paged, type PageOfList } from '../parts/pages'
import { Cover, Price, Stock, subtitle } from '../parts/product'
import { useShopQuery } from '../query'

const pageSize = 12
const typingPause = 250

const kinds: [value: ProductKind | '', label: string][] = [
  ['', 'Everything'],
  ['MOVIE', 'Films'],
  ['VEHICLE', 'Vehicles'],
  ['GOODS', 'Goods'],
]

const sorts: [value: ProductSort, label: string][] = [
  ['NEWEST', 'Newest first'],
  ['PRICE_ASC', 'Price, low to high'],
  ['PRICE_DESC', 'Price, high to low'],
  ['NAME', 'Name'],
]

/** The products, by what the address says: a link to a search shows the search. */
export function Catalogue() {
  const [params, setParams] = useSearchParams()
  const text = params.get('q') ?? ''
  const kind = kinds.find(([value]) => value === params.get('kind'))?.[0] ?? ''
  const sort = sorts.find(([value]) => value === params.get('sort'))?.[0] ?? 'NEWEST'
  const set = (name: string, value: string) => {
    setParams(
      (before) => {
        const next = new URLSearchParams(before)
        if (value) next.set(name, value)
        else next.delete(name)
        return next
      },
      { replace: true },
    )
  }
  return (
    <Page title="Products">
      <search className="tools">
        <Search text={text} onSearch={(value) => set('q', value)} />
        <fieldset className="pills">
          <legend className="unseen">Kind</legend>
          {kinds.map(([value, label]) => (
            <label key={value}>
              <input type="radio" name="kind" value={value} checked={kind === value} onChange={() => set('kind', value)} />
              <span>{label}</span>
            </label>
          ))}
        </fieldset>
        <label className="inline">
          Sort by{' '}
          <select value={sort} onChange={(event) => set('sort', event.currentTarget.value)}>
            {sorts.map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </label>
      </search>
      <Results key={`${kind} ${sort} ${text}`} text={text} kind={kind} sort={sort} onClear={() => setParams({}, { replace: true })} />
    </Page>
  )
}

function Search({ text, onSearch }: { text: string; onSearch: (text: string) => void }) {
  const [typed, setTyped] = useState(text)
  const search = useRef(onSearch)
  useEffect(() => {
    search.current = onSearch
  })
  // What the address says wins when it changes by itself, as on the way back.
  const [seen, setSeen] = useState(text)
  if (seen !== text) {
    setSeen(text)
    if (typed.trim() !== text) setTyped(text)
  }
  useEffect(() => {
    if (typed.trim() === text) return
    const timer = window.setTimeout(() => search.current(typed.trim()), typingPause)
    return () => window.clearTimeout(timer)
  }, [typed, text])
  return (
    <label className="search">
      <span className="unseen">Search products</span>
      <input
        type="search"
        placeholder="Search: a title, a name, a make…"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Enter' && onSearch(typed.trim())}
      />
    </label>
  )
}

type ResultsProps = { text: string; kind: ProductKind | ''; sort: ProductSort; onClear: () => void }

function Results({ text, kind, sort, onClear }: ResultsProps) {
  const filter: ProductFilter = { text: text || null, kind: kind || null }
  return (
    <Paged>{({ after, ...page }) => <ResultPage variables={{ first: pageSize, after, filter, sort }} onClear={onClear} {...page} />}</Paged>
  )
}

type ResultPageProps = Omit<PageOfList, 'after'> & {
  variables: { first: number; after: string | null; filter: ProductFilter; sort: ProductSort }
  onClear: () => void
}

function ResultPage({ variables, isFirst, onMore, onClear }: ResultPageProps) {
  const { data, failures, isLoading, retry } = useShopQuery({ query: ProductsDocument, variables, context: anonymous })
  const products = data?.products
  const failure = failureAt(failures, 'products')
  const creditIsOut = failureAt(failures, 'products', 'edges', 'node', 'monthlyFrom')
  const more = products?.pageInfo.hasNextPage ? products.pageInfo.endCursor : null
  return (
    <>
      {isFirst && (
        <p className="muted" role="status">
          {products ? (products.totalCount === 1 ? 'One product' : `${products.totalCount} products`) : ''}
        </p>
      )}
      {isLoading && <Loading what="products" rows={isFirst ? 6 : 3} />}
      {failure && <Missing failure={failure} onRetry={retry} />}
      {isFirst && creditIsOut && !failure && <Missing failure={creditIsOut}>Monthly payments are not shown.</Missing>}
      {isFirst && products && products.edges.length === 0 && (
        <Empty>
          <p>Nothing matches your search.</p>
          <button type="button" onClick={onClear}>
            Show all products
          </button>
        </Empty>
      )}
      {products && products.edges.length > 0 && (
        <ul className="cards" aria-label={isFirst ? 'Products' : 'More products'}>
          {products.edges.map(({ node }) => (
            <Card key={node.id} product={node} monthly={node.monthlyFrom} />
          ))}
        </ul>
      )}
      {more && onMore && <ShowMore onMore={() => onMore(more)} />}
    </>
  )
}

function Card({ product, monthly }: { product: ProductCardFragment; monthly: Money | null }) {
  return (
    <li className="card">
      <Cover kind={product.__typename} />
      <div className="card-text">
        <h2>
          <Link href={`/products/${encodeURIComponent(product.id)}`}>{product.name}</Link>
        </h2>
        <p className="muted">{subtitle(product)}</p>
        <p className="card-foot">
          <Price price={product.price} />
          <Stock stock={product.stock} />
        </p>
        {monthly && <p className="muted small">from {formatMoney(monthly)} a month</p>}
      </div>
    </li>
  )
}

/** A button for the next page, which presses itself when it comes into view. */
function ShowMore({ onMore }: { onMore: () => void }) {
  const button = useRef<HTMLButtonElement>(null)
  const more = useRef(onMore)
  useEffect(() => {
    more.current = onMore
  })
  useEffect(() => {
    if (!button.current || !('IntersectionObserver' in window)) return
    const observer = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && more.current(), { rootMargin: '200px' })
    observer.observe(button.current)
    return () => observer.disconnect()
  }, [])
  return (
    <p className="more">
      <button ref={button} type="button" onClick={onMore}>
        Show more products
      </button>
    </p>
  )
}
