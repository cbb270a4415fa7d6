import { Suspense } from "react";
import { Outlet, useLocation } from "react-router";
import { PageSkeleton } from "../components/ui/QueryState";
import { PaymentBanner } from "../features/payment/components/PaymentBanner";
import { m } from "../lib/messages";
import { ErrorBoundary } from "./ErrorPage";
import { Footer } from "./Footer";
import { Header } from "./Header";
import classes from "./Layout.module.css";

/** What every page has: a way past the header, the header, the banner, the page, the footer. */
export function Layout() {
  const { pathname } = useLocation();
  return (
    <div className={classes.layout}>
      <a href="#main" className="skipLink">
        {m.app.skipToContent}
      </a>
      <Header />
      <PaymentBanner />
      <main id="main" tabIndex={-1} className={classes.main}>
        <ErrorBoundary key={pathname.split("/")[1]}>
          <Suspense fallback={<PageSkeleton />}>
            <Outlet />
          </Suspense>
        </ErrorBoundary>
      </main>
      <Footer />
    </div>
  );
}
