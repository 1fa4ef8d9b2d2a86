package io.anoadb;

import io.anoadb.internal.net.ConnectFailure;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code anoa://[KEY@]host[:port]}: where the server is.
 *
 * <p>A KEY is a secret. No message of this file repeats the text it was given: it may hold one, in any place.
 */
record ConnectionUrl(String host, int port, @Nullable String accessKey) {
  static final String DEFAULT = "anoa://127.0.0.1:2662";
  static final int DEFAULT_PORT = 2662;

  private static final int PORT_MAX = 65_535;
  private static final Pattern SCHEME = Pattern.compile("^([A-Za-z][A-Za-z0-9+.-]*)://");
  private static final Pattern BRACKETED = Pattern.compile("^\\[([0-9A-Fa-f:.]+(?:%[A-Za-z0-9._-]+)?)](?::(.*))?$");
  private static final Pattern NAME = Pattern.compile("^[A-Za-z0-9._-]+$");
  private static final Pattern PORT = Pattern.compile("^[0-9]{1,5}$");

  static ConnectionUrl parse(String url) {
    Matcher scheme = SCHEME.matcher(url);
    if (!scheme.find()) throw invalid("it has no scheme");
    // Another scheme's name is safe to repeat: what precedes :// cannot be an access key.
    String name = scheme.group(1).toLowerCase(Locale.ROOT);
    if (!name.equals("anoa")) throw invalid("its scheme is " + name + ", not anoa");

    String rest = url.substring(scheme.end());
    if (rest.endsWith("/")) rest = rest.substring(0, rest.length() - 1);
    int separator = rest.lastIndexOf('@');
    String accessKey = separator < 0 ? null : rest.substring(0, separator);
    if (accessKey != null && accessKey.isEmpty()) throw invalid("there is nothing before its @");
    return withHost(rest.substring(separator + 1), accessKey);
  }

  /** {@code host:port} as a person reads it, for messages; never with the key. */
  String peer() {
    return host.contains(":") ? "[" + host + "]:" + port : host + ":" + port;
  }

  /** The address of the host's name; asks the resolver. */
  InetSocketAddress resolved(ClientErrors errors) {
    try {
      return new InetSocketAddress(InetAddress.getByName(host), port);
    } catch (UnknownHostException unknown) {
      throw errors.cannotConnect(
          ConnectFailure.UNREACHABLE, peer() + " cannot be reached: there is no such host.", unknown);
    }
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "anoa://" + peer();
  }

  private static ConnectionUrl withHost(String text, @Nullable String accessKey) {
    if (text.startsWith("[")) {
      Matcher bracketed = BRACKETED.matcher(text);
      if (!bracketed.matches() || !bracketed.group(1).contains(":")) {
        throw invalid("what is in its brackets is no IPv6 address");
      }
      return new ConnectionUrl(bracketed.group(1), portOf(bracketed.group(2)), accessKey);
    }
    String[] parts = text.split(":", -1);
    if (parts.length > 2) throw invalid("an IPv6 address stands in brackets, as in anoa://[::1]:2662");
    if (parts[0].isEmpty()) throw invalid("it names no host");
    if (!NAME.matcher(parts[0]).matches()) throw invalid("its host has a character that no host name has");
    return new ConnectionUrl(parts[0], portOf(parts.length == 2 ? parts[1] : null), accessKey);
  }

  private static int portOf(@Nullable String text) {
    if (text == null) return DEFAULT_PORT;
    int port = PORT.matcher(text).matches() ? Integer.parseInt(text) : 0;
    if (port < 1 || port > PORT_MAX) throw invalid("its port is not a number from 1 to 65535");
    return port;
  }

  private static AnoaConnectionException invalid(String why) {
    return new AnoaConnectionException(
        "The connection URL cannot be read: " + why + ". It looks like anoa://host:port or anoa://KEY@host:port; the"
            + " default is " + DEFAULT + ".",
        "INVALID_URL",
        Executed.NO,
        null);
  }
}
