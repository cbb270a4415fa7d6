import { lazy, type LazyExoticComponent, type ReactNode } from "react";
import { matchRoutes, Navigate, useRoutes, type RouteObject } from "react-router";
import { NotFoundPage } from "./ErrorPage";
import { Layout } from "./Layout";
import { RequireLogIn } from "./RequireLogIn";

type Load<Name extends string> = () => Promise<Record<Name, () => ReactNode>>;

/** A page that is loaded when it is first opened; its `handle` begins to load it before that. */
function page<Name extends string>(
  path: string,
  load: Load<Name>,
  name: Name,
  children?: RouteObject[],
): RouteObject {
  const Page: LazyExoticComponent<() => ReactNode> = lazy(async () => ({
    default: (await load())[name],
  }));
  return { path, element: <Page />, handle: load, ...(children && { children }) };
}

const signUp = () => import("../features/signup/components/SignUpPage");

/** Every address of the app. */
const routes: RouteObject[] = [
  {
    element: <Layout />,
    children: [
      { path: "/signup", element: <Navigate to="/signup/plan" replace />, handle: signUp },
      page("/signup/:step", signUp, "SignUpPage"),
      page("/login", () => import("../features/session/components/LogInPage"), "LogInPage"),
      page(
        "/forgot-password",
        () => import("../features/session/components/ForgotPasswordPage"),
        "ForgotPasswordPage",
      ),
      page(
        "/reset-password/:key",
        () => import("../features/session/components/ResetPasswordPage"),
        "ResetPasswordPage",
      ),
      page(
        "/verify-email/:key",
        () => import("../features/session/components/VerifyEmailPage"),
        "VerifyEmailPage",
      ),
      page(
        "/confirm-billing-email/:key",
        () => import("../features/session/components/ConfirmBillingEmailPage"),
        "ConfirmBillingEmailPage",
      ),
      page("/goodbye", () => import("../features/account/components/GoodbyePage"), "GoodbyePage"),
      {
        element: <RequireLogIn />,
        children: [
          page("/", () => import("../features/account/components/DashboardPage"), "DashboardPage"),
          page(
            "/invoices",
            () => import("../features/payment/components/InvoicesPage"),
            "InvoicesPage",
          ),
          page(
            "/invoices/:id",
            () => import("../features/payment/components/InvoicePage"),
            "InvoicePage",
            [
              page(
                "confirm",
                () => import("../features/payment/components/ConfirmDialog"),
                "ConfirmDialog",
              ),
            ],
          ),
          page(
            "/upgrade",
            () => import("../features/account/components/UpgradePage"),
            "UpgradePage",
          ),
          page(
            "/credits",
            () => import("../features/account/components/CreditsPage"),
            "CreditsPage",
          ),
          page("/sites", () => import("../features/account/components/SitesPage"), "SitesPage"),
          page(
            "/account/export/:key",
            () => import("../features/account/components/ExportPage"),
            "ExportPage",
          ),
          page(
            "/account",
            () => import("../features/account/components/ProfilePage"),
            "ProfilePage",
            [
              page(
                "close",
                () => import("../features/account/components/CloseAccountDialog"),
                "CloseAccountDialog",
              ),
            ],
          ),
        ],
      },
      { path: "*", element: <NotFoundPage /> },
    ],
  },
];

export function Pages() {
  return useRoutes(routes);
}

/** Begins to load the page of an address, so that its code comes along with everything else. */
export function preloadPage(pathname: string): void {
  for (const { route } of matchRoutes(routes, pathname) ?? []) {
    const load = route.handle as Load<string> | undefined;
    load?.().catch(() => undefined); // the page itself tells of it
  }
}
