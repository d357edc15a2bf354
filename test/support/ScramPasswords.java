import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;

/**
 * Sets passwords of Kafka's users: for each line {@code USER PASSWORD} of its input it prints the
 * user when the brokers have the password.
 *
 * <p>The argument is a file with the properties of an administrator.
 */
public final class ScramPasswords {
  private static final int ITERATIONS = 4096;

  public static void main(String[] args) throws Exception {
    Properties properties = new Properties();
    properties.load(new StringReader(Files.readString(Path.of(args[0]))));
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (Admin admin = Admin.create(properties)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] words = line.split(" ", 2);
        var credential = new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS);
        var change = new UserScramCredentialUpsertion(words[0], credential, words[1]);
        admin.alterUserScramCredentials(List.of(change)).all().get();
        System.out.println(words[0]);
      }
    }
  }
}
