import { lazy, type LazyExoticComponent, type ReactNode } from "react";
import { matchRoutes, Navigate, useRoutes, type RouteObject } from "react-router";
import { NotFoundPage } from "./ErrorPage";
import { Layout } from "./Layout";
import { RequireLogIn } from "./RequireLogIn";

type Load<Name extends string> = () => Promise<Record<Name, () => ReactNode>>;

/** A page that is loaded when it is first opened; its `handle` can start loading it earlier. */
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

const signUp = () => import("../features/sign-up/SignUpPage");

/** Every route of the app. */
const routes: RouteObject[] = [
  {
    element: <Layout />,
    children: [
      { path: "/signup", element: <Navigate to="/signup/plan" replace />, handle: signUp },
      page("/signup/:step", signUp, "SignUpPage"),
      page("/login", () => import("../features/log-in/LogInPage"), "LogInPage"),
      page(
        "/forgot-password",
        () => import("../features/log-in/ForgotPasswordPage"),
        "ForgotPasswordPage",
      ),
      page(
        "/reset-password/:key",
        () => import("../features/log-in/ResetPasswordPage"),
        "ResetPasswordPage",
      ),
      page(
        "/verify-email/:key",
        () => import("../features/log-in/VerifyEmailPage"),
        "VerifyEmailPage",
      ),
      page(
        "/confirm-billing-email/:key",
        () => import("../features/log-in/ConfirmBillingEmailPage"),
        "ConfirmBillingEmailPage",
      ),
      page("/goodbye", () => import("../features/profile/closing/GoodbyePage"), "GoodbyePage"),
      {
        element: <RequireLogIn />,
        children: [
          page("/", () => import("../features/dashboard/DashboardPage"), "DashboardPage"),
          page("/invoices", () => import("../features/invoices/InvoicesPage"), "InvoicesPage"),
          page("/invoices/:id", () => import("../features/invoices/InvoicePage"), "InvoicePage", [
            page(
              "confirm",
              () => import("../features/confirm-payment/ConfirmDialog"),
              "ConfirmDialog",
            ),
          ]),
          page("/upgrade", () => import("../features/your-plan/UpgradePage"), "UpgradePage"),
          page("/plan", () => import("../features/your-plan/PlanPage"), "PlanPage", [
            page(
              "cancel",
              () => import("../features/your-plan/CancelPlanDialog"),
              "CancelPlanDialog",
            ),
          ]),
          page("/credits", () => import("../features/credits/CreditsPage"), "CreditsPage"),
          page("/sites", () => import("../features/sites/SitesPage"), "SitesPage"),
          page(
            "/account/export/:key",
            () => import("../features/profile/ExportPage"),
            "ExportPage",
          ),
          page("/account", () => import("../features/profile/ProfilePage"), "ProfilePage", [
            page(
              "close",
              () => import("../features/profile/closing/CloseAccountDialog"),
              "CloseAccountDialog",
            ),
          ]),
        ],
      },
      { path: "*", element: <NotFoundPage /> },
    ],
  },
];

export function Pages() {
  return useRoutes(routes);
}

/** Starts loading the page of a URL, so that its code arrives with everything else. */
export function preloadPage(pathname: string): void {
  for (const { route } of matchRoutes(routes, pathname) ?? []) {
    const load = route.handle as Load<string> | undefined;
    load?.().catch(() => undefined); // the page itself reports it
  }
}
