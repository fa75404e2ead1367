// The frame of every page: skip link, head, routes. Staff's pages are loaded when they are needed.
import { Component, lazy, Suspense, type ErrorInfo, type ReactNode } from 'react'
import { Route, Switch } from 'wouter'
import { Announcer } from './parts/announce'
import { Head } from './parts/head'
import { Loading, Page } from './parts/page'
import { SessionProvider, useSession } from './session'
import { Account } from './pages/account'
import { Catalogue } from './pages/catalogue'
import { Checkout } from './pages/checkout'
import { OpenOrder } from './pages/open_order'
import { OrderPage } from './pages/order'
import { PastOrders } from './pages/past_orders'
import { ProductPage } from './pages/product'
import { SignIn } from './pages/sign_in'
import { SignUp } from './pages/sign_up'

const NewProduct = lazy(() => import('./pages/staff_product').then((m) => ({ default: m.NewProduct })))
const EditProduct = lazy(() => import('./pages/staff_product').then((m) => ({ default: m.EditProduct })))
const CustomersOrders = lazy(() => import('./pages/staff_orders').then((m) => ({ default: m.CustomersOrders })))
const Applications = lazy(() => import('./pages/staff_applications').then((m) => ({ default: m.Applications })))
const CreditDesk = lazy(() => import('./pages/staff_credit').then((m) => ({ default: m.CreditDesk })))

export function App() {
  return (
    <Boundary>
      <Announcer>
        <SessionProvider>
          <a className="skip" href="#main">
            Skip to the page
          </a>
          <Head />
          <Pages />
          <footer className="foot">The Weft Shop: one graph, four services.</footer>
        </SessionProvider>
      </Announcer>
    </Boundary>
  )
}

function Pages() {
  const { epoch } = useSession()
  return (
    <Suspense fallback={<Waiting />} key={epoch}>
      <Switch>
        <Route path="/" component={Catalogue} />
        <Route path="/products/:id">{({ id }) => <ProductPage key={id} id={id} />}</Route>
        <Route path="/sign-in" component={SignIn} />
        <Route path="/sign-up" component={SignUp} />
        <Route path="/order" component={OpenOrder} />
        <Route path="/checkout" component={Checkout} />
        <Route path="/orders" component={PastOrders} />
        <Route path="/orders/:id">{({ id }) => <OrderPage key={id} id={id} />}</Route>
        <Route path="/account" component={Account} />
        <Route path="/staff/products/new" component={NewProduct} />
        <Route path="/staff/products/:id">{({ id }) => <EditProduct key={id} id={id} />}</Route>
        <Route path="/staff/orders" component={CustomersOrders} />
        <Route path="/staff/applications" component={Applications} />
        <Route path="/staff/credit" component={CreditDesk} />
        <Route>
          <Page title="There is no such page">
            <p>
              <a href="/">Go to the products</a>
            </p>
          </Page>
        </Route>
      </Switch>
    </Suspense>
  )
}

function Waiting() {
  return (
    <main className="page" id="main">
      <Loading what="the page" />
    </main>
  )
}

/** The last resort for a defect of ours: the person reads that it is one, and can go on. */
class Boundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError() {
    return { failed: true }
  }

  override componentDidCatch(error: Error, info: ErrorInfo) {
    console.error('a page failed', error, info.componentStack)
  }

  override render() {
    if (!this.state.failed) return this.props.children
    return (
      <main className="page">
        <h1>Something went wrong on this page</h1>
        <p>That is our mistake. Nothing that you did before is lost.</p>
        <p>
          <a href="/">Open the shop again</a>
        </p>
      </main>
    )
  }
}
