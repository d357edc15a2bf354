import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.temporal.internal.testservice.GRPCServerHelper;
import io.temporal.internal.testservice.TestServicesStarter;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Temporal's time-skipping test server on 127.0.0.1; its own main class binds every address.
 *
 * The only argument is the port. Without it the server starts on any port and exits: the class archive is recorded from
 * such a run.
 */
public final class LoopbackTestServer {
  public static void main(String[] args) throws Exception {
    int port = args.length == 0 ? 0 : Integer.parseInt(args[0]);
    // Otherwise time would be skipped before the first worker is connected.
    boolean timeLocked = true;
    TestServicesStarter services = new TestServicesStarter(timeLocked, 0);
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
    GRPCServerHelper.registerServicesAndHealthChecks(services.getServices(), builder);
    Server server = builder.build().start();
    if (args.length == 0) System.exit(0);

    // A killed test run cannot stop the processes that it started.
    ProcessHandle.current().parent().ifPresent(parent -> parent.onExit().thenRun(() -> System.exit(0)));
    server.awaitTermination();
  }
}
