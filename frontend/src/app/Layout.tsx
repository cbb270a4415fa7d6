import { Alert } from "@mantine/core";
import { Suspense } from "react";
import { Outlet, useLocation } from "react-router";
import { useMe } from "../entities/me/useMe";
import { PaymentBanner } from "../features/invoices/PaymentBanner";
import { m } from "../lib/messages";
import { PageSkeleton } from "../ui/QueryState";
import { useOnline } from "../ui/useOnline";
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
      <Offline />
      {isKnown ? <Page /> : <Unknown />}
    </div>
  );
}

/** Says while there is no network that nothing is lost; the place for it is always announced. */
function Offline() {
  const isOnline = useOnline();
  return (
    <div role="status">
      {!isOnline && (
        <Alert color="yellow" radius={0} className="noPrint">
          {m.errors.offlineNow}
        </Alert>
      )}
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
