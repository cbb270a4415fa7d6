import { Suspense } from "react";
import { Outlet, useLocation } from "react-router";
import { PageSkeleton } from "../components/ui/QueryState";
import { PaymentBanner } from "../features/payment/components/PaymentBanner";
import { useMe } from "../lib/api/me";
import { m } from "../lib/messages";
import { ErrorBoundary } from "./ErrorPage";
import { Footer } from "./Footer";
import { Header } from "./Header";
import classes from "./Layout.module.css";

/** What every page has: a way past the header, the header, the banner, the page, the footer. */
export function Layout() {
  const me = useMe();
  const isKnown = me.data !== undefined || me.isError;
  return (
    <div className={classes.layout}>
      <a href="#main" className="skipLink">
        {m.app.skipToContent}
      </a>
      <Header />
      {isKnown ? <Page /> : <Unknown />}
    </div>
  );
}

/** Until it is known who is here: a shape of its own, so that nothing moves when that is known. */
function Unknown() {
  return (
    <main className={classes.main}>
      <PageSkeleton />
    </main>
  );
}

function Page() {
  const { pathname } = useLocation();
  return (
    <>
      <PaymentBanner />
      <main id="main" tabIndex={-1} className={classes.main}>
        <ErrorBoundary key={pathname.split("/")[1]}>
          <Suspense fallback={<PageSkeleton />}>
            <Outlet />
          </Suspense>
        </ErrorBoundary>
      </main>
      <Footer />
    </>
  );
}
