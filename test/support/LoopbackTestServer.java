import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.temporal.internal.testservice.GRPCServerHelper;
import io.temporal.internal.testservice.TestServicesStarter;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Temporal's time-skipping test server on 127.0.0.1; its own main class binds every address.
 *
 * The one argument is the port. Without it the server starts on any port and ends, which is what a class archive is
 * recorded from.
 */
public final class LoopbackTestServer {
  public static void main(String[] args) throws Exception {
    int port = args.length == 0 ? 0 : Integer.parseInt(args[0]);
    // Time stands until a client unlocks it, or it would run away before the first worker is there.
    boolean timeLocked = true;
    TestServicesStarter services = new TestServicesStarter(timeLocked, 0);
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
    GRPCServerHelper.registerServicesAndHealthChecks(services.getServices(), builder);
    Server server = builder.build().start();
    if (args.length == 0) System.exit(0);

    // A test run that is killed cannot end what it has started.
    ProcessHandle.current().parent().ifPresent(parent -> parent.onExit().thenRun(() -> System.exit(0)));
    server.awaitTermination();
  }
}
