import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.temporal.internal.testservice.GRPCServerHelper;
import io.temporal.internal.testservice.TestServicesStarter;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Temporal's time-skipping test server on a free port of 127.0.0.1, which it prints; its own main class binds every
 * address.
 *
 * With {@code --once} it exits then: the class archive is recorded from such a run.
 */
public final class LoopbackTestServer {
  public static void main(String[] args) throws Exception {
    // Otherwise time would be skipped before the first worker is connected.
    boolean timeLocked = true;
    TestServicesStarter services = new TestServicesStarter(timeLocked, 0);
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
    GRPCServerHelper.registerServicesAndHealthChecks(services.getServices(), builder);
    Server server = builder.build().start();
    System.out.println(server.getPort());
    if (args.length > 0 && args[0].equals("--once")) System.exit(0);

    // A killed test run cannot stop the processes that it started.
    ProcessHandle.current().parent().ifPresent(parent -> parent.onExit().thenRun(() -> System.exit(0)));
    server.awaitTermination();
  }
}
