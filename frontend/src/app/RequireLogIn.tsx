import { Navigate, Outlet, useLocation } from "react-router";
import { useMe } from "../entities/me/useMe";
import { QueryState } from "../ui/QueryState";

/** Sends visitors to the sign-in, and back here afterwards; drafts stay in the browser. */
export function RequireLogIn() {
  const me = useMe();
  const { pathname } = useLocation();
  const logIn = pathname === "/" ? "/login" : `/login?next=${encodeURIComponent(pathname)}`;
  return (
    <QueryState query={me}>
      {(data) => (data ? <Outlet /> : <Navigate to={logIn} replace />)}
    </QueryState>
  );
}
