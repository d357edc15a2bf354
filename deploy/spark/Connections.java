package pipeline.spark;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;

/**
 * What the job connects with. Its file is readable by this user alone, and nothing of it is in the
 * settings, which Spark shows.
 *
 * @param kafka properties of Kafka's clients, without the brokers
 */
record Connections(Map<String, String> kafka, Registry schemaRegistry) {

  /**
   * @param authorization header of each request; null: none
   * @param tls properties of Kafka's clients for TLS; empty: what Java trusts
   */
  record Registry(String authorization, Map<String, String> tls) {
    /** Of Kafka's own engine, which reads PEM. */
    SSLContext sslContext() {
      ConfigDef definition = new ConfigDef();
      SslConfigs.addClientSslSupport(definition);
      try (DefaultSslEngineFactory factory = new DefaultSslEngineFactory()) {
        factory.configure(definition.parse(tls));
        return factory.sslContext();
      }
    }
  }

  private static final Connections NONE = new Connections(Map.of(), new Registry(null, Map.of()));

  /** Where Kafka's client for OAuth may connect to, or else it refuses. */
  private static final String ALLOWED_URLS = "org.apache.kafka.sasl.oauthbearer.allowed.urls";

  private static final String TOKEN_URL = "sasl.oauthbearer.token.endpoint.url";

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES);

  static Connections of(Settings settings) throws IOException {
    if (settings.connectionsFile() == null) return NONE;
    Connections connections =
        JSON.readValue(Path.of(settings.connectionsFile()).toFile(), Connections.class);
    String tokenUrl = connections.kafka.get(TOKEN_URL);
    if (tokenUrl != null) System.setProperty(ALLOWED_URLS, tokenUrl);
    return connections;
  }

  /** For a client of Kafka. */
  Map<String, Object> clientProperties(Settings settings) {
    Map<String, Object> properties = new HashMap<>(kafka);
    properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrap());
    return properties;
  }

  /** For Spark's source and sink. */
  Map<String, String> sparkOptions(Settings settings) {
    return clientProperties(settings).entrySet().stream()
        .collect(
            Collectors.toMap(
                entry -> "kafka." + entry.getKey(), entry -> (String) entry.getValue()));
  }
}
