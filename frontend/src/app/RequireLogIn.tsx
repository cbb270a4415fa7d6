import { Navigate, Outlet, useLocation } from "react-router";
import { QueryState } from "../components/ui/QueryState";
import { useMe } from "../lib/api/me";

/** Sends a visitor to the log-in, and back here afterwards. */
export function RequireLogIn() {
  const me = useMe();
  const { pathname } = useLocation();
  return (
    <QueryState query={me}>
      {(data) =>
        data ? <Outlet /> : <Navigate to={`/login?next=${encodeURIComponent(pathname)}`} replace />
      }
    </QueryState>
  );
}
