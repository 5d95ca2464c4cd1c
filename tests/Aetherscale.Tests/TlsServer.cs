using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Aetherscale.Tests;

/// <summary>Something on loopback that speaks TLS, and hangs up at the first word.</summary>
internal sealed class TlsServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly SslServerAuthenticationOptions _options;
    private readonly Task _loop;

    private TlsServer(SslServerAuthenticationOptions options)
    {
        _options = options;
        _listener.Start();
        _loop = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Of those who believed it and said something: the common names of their certificates, or <c>-</c>.</summary>
    public IReadOnlyList<string> Clients { get; private set; } = [];

    /// <param name="shown">What it shows.</param>
    /// <param name="above">The certificates between that and its root, which it shows as well.</param>
    public static TlsServer Start(TestCertificate shown, params string[] above)
    {
        var chain = new X509Certificate2Collection();
        foreach (var file in above)
        {
            chain.ImportFromPemFile(file);
        }

        return new TlsServer(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(
                X509Certificate2.CreateFromPemFile(shown.File, shown.KeyFile), chain, offline: true),
            ClientCertificateRequired = true,
            RemoteCertificateValidationCallback = (_, shown, _, _) => shown is null or X509Certificate2,
        });
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _loop;
        _listener.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await using var tls = new SslStream(client.GetStream());
                await tls.AuthenticateAsServerAsync(_options);
                if (await tls.ReadAsync(new byte[1]) == 0)
                {
                    continue;
                }

                Clients = [.. Clients, tls.RemoteCertificate is X509Certificate2 shown ? shown.GetNameInfo(X509NameType.SimpleName, false) : "-"];
            }
            catch (Exception error) when (error is IOException or System.Security.Authentication.AuthenticationException)
            {
                // The client did not like what it was shown.
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
        }
    }
}
