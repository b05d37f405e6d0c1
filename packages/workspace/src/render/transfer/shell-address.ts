import { shell } from './shell.ts';

/**
 * Judges where an address leads before anything is asked there, so that nobody makes our pods call what only the cluster can reach: names are resolved here, and
 * curl is held to the addresses that were found. The same networks as `checkDataUrl` of the planner.
 * - `isInner ADDRESS` of an IPv4 address, or an IPv6 address in lower case.
 * - `checkLocation URL` sets `$PIN` for curl's --resolve; 64 with `$WHY` when it leads inside.
 *
 * What a proxy makes of a name that we cannot resolve is the proxy's to decide, and what else the pod may call is for a NetworkPolicy. `ALLOW_INNER` is for
 * tests, the one inner address that may be used, or `true` for all; no container is given it.
 */
export const addressFunctions = shell`isInner() {
  local rest high low
  case \${ALLOW_INNER:-} in true | "$1") return 1 ;; esac
  case $1 in
    0.* | 10.* | 127.* | 169.254.* | 192.168.* | 168.63.129.16) return 0 ;;
    100.6[4-9].* | 100.[7-9][0-9].* | 100.1[01][0-9].* | 100.12[0-7].*) return 0 ;;
    172.1[6-9].* | 172.2[0-9].* | 172.3[01].* | 22[4-9].* | 2[3-5][0-9].*) return 0 ;;
    64:ff9b::* | ::ffff:*) ;;
    ::* | f[cdf]*:* | fe[89a-f]?:*) return 0 ;;
    *) return 1 ;;
  esac
  # An IPv4 address in the last 32 bits.
  rest=\${1#64:ff9b::}
  rest=\${rest#::ffff:}
  case $rest in
    *.*) isInner "$rest" ;;
    *:*)
      high=\${rest%:*} low=\${rest#*:}
      isInner "$((0x$high >> 8)).$((0x$high & 255)).$((0x$low >> 8)).$((0x$low & 255))"
      ;;
    *) return 0 ;;
  esac
}

isProxied() { [ -n "\${http_proxy:-}\${HTTP_PROXY:-}\${https_proxy:-}\${HTTPS_PROXY:-}\${all_proxy:-}\${ALL_PROXY:-}" ]; }

addressesOf() {
  case $1 in *:*) printf '%s\n' "$1" ;; *) (getent ahosts "$1" || getent hosts "$1") 2> /dev/null | awk '!seen[$1]++ { print $1 }' ;; esac
}

checkLocation() {
  local url="$1" scheme rest host port address
  PIN=
  scheme=$(printf '%s' "\${url%%://*}" | tr '[:upper:]' '[:lower:]')
  case $scheme in
    http) port=80 ;;
    https) port=443 ;;
    *)
      WHY='only http and https are allowed'
      return 64
      ;;
  esac
  rest=\${url#*://}
  rest=\${rest%%[/?#]*}
  rest=\${rest##*@}
  case $rest in
    '['*']'*)
      host=\${rest#'['}
      host=\${host%%']'*}
      rest=\${rest#*']'}
      ;;
    *) host=\${rest%%:*} ;;
  esac
  case $rest in *:?*) port=\${rest##*:} ;; esac
  host=$(printf '%s' "\${host%.}" | tr '[:upper:]' '[:lower:]')
  WHY="it leads to $host, which is inside of the cluster or its machines; use a public address, or a volume"
  case $host in *[!a-z0-9._:-]* | '') WHY="the host of its address is strange: $host" && return 64 ;; esac
  if [ "\${ALLOW_INNER:-}" = true ]; then return 0; fi
  case $host in localhost | *.localhost | metadata.google | metadata.google.internal | instance-data.ec2.internal) return 64 ;; esac
  for address in $(addressesOf "$host"); do
    if isInner "$address"; then return 64; fi
    case $address in *:*) address="[$address]" ;; esac
    PIN=\${PIN:+$PIN,}$address
  done
  # A literal needs no pin, and a name that we cannot resolve is one that curl cannot either.
  case $host in *:*) PIN= ;; *) PIN=\${PIN:+$host:$port:$PIN} ;; esac
}`;
