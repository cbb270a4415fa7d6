import { createBrowserRouter, Navigate, type RouteObject } from "react-router";
import { ErrorPage, NotFoundPage } from "./ErrorPage";
import { Layout } from "./Layout";
import { RequireLogIn } from "./RequireLogIn";

/** Every page; each is loaded when it is first opened. */
export const routes: RouteObject[] = [
  {
    element: <Layout />,
    errorElement: <ErrorPage />,
    children: [
      { path: "/signup", element: <Navigate to="/signup/plan" replace /> },
      {
        path: "/signup/:step",
        lazy: async () => ({
          Component: (await import("../features/signup/components/SignUpPage")).SignUpPage,
        }),
      },
      {
        path: "/login",
        lazy: async () => ({
          Component: (await import("../features/session/components/LogInPage")).LogInPage,
        }),
      },
      {
        path: "/forgot-password",
        lazy: async () => ({
          Component: (await import("../features/session/components/ForgotPasswordPage"))
            .ForgotPasswordPage,
        }),
      },
      {
        path: "/reset-password/:key",
        lazy: async () => ({
          Component: (await import("../features/session/components/ResetPasswordPage"))
            .ResetPasswordPage,
        }),
      },
      {
        path: "/verify-email/:key",
        lazy: async () => ({
          Component: (await import("../features/session/components/VerifyEmailPage"))
            .VerifyEmailPage,
        }),
      },
      {
        element: <RequireLogIn />,
        children: [
          {
            path: "/",
            lazy: async () => ({
              Component: (await import("../features/account/components/DashboardPage"))
                .DashboardPage,
            }),
          },
          {
            path: "/invoices/:id",
            lazy: async () => ({
              Component: (await import("../features/payment/components/InvoicePage")).InvoicePage,
            }),
          },
          {
            path: "/invoices/:id/confirm",
            lazy: async () => ({
              Component: (await import("../features/payment/components/ConfirmPage")).ConfirmPage,
            }),
          },
        ],
      },
      { path: "*", element: <NotFoundPage /> },
    ],
  },
];

export function createRouter() {
  return createBrowserRouter(routes);
}
