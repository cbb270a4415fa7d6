import { Alert } from "@mantine/core";
import { Suspense, useState } from "react";
import { Outlet, useLocation } from "react-router";
import { useMe } from "../entities/me/useMe";
import { useCurrent } from "../entities/subscription/useCurrent";
import { Celebration } from "../features/invoices/Celebration";
import { StageBanner } from "../features/your-plan/StageBanner";
import { m } from "../lib/messages";
import { PageSkeleton } from "../ui/QueryState";
import { useOnline } from "../ui/useOnline";
import { ErrorBoundary } from "./ErrorPage";
import { Footer } from "./Footer";
import { Header } from "./Header";
import classes from "./Layout.module.css";

/** The layout of every page: skip link, header, banner, page, footer. */
export function Layout() {
  const isKnown = useIsKnown();
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

/** Whether the user was known once, with the plan, which the banner is about. */
function useIsKnown(): boolean {
  const me = useMe();
  const current = useCurrent();
  const [wasKnown, setWasKnown] = useState(false);
  const isAsked = current.isLoading && current.failureCount === 0;
  const isKnown = (me.data !== undefined || me.isError) && (wasKnown || !isAsked);
  if (isKnown && !wasKnown) setWasKnown(true);
  return isKnown;
}

/** While offline, says that nothing is lost; the live region is always in the page. */
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

/** A placeholder until the user is known, so that nothing moves afterwards. */
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
      <Celebration />
      <StageBanner />
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
