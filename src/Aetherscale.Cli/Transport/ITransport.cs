using Aetherscale.Contract;

namespace Aetherscale.Cli.Transport;

/// <summary>A way to a daemon.</summary>
internal interface ITransport : IAsyncDisposable
{
    /// <summary>Sends one request, once, and waits for its reply.</summary>
    /// <exception cref="CliException">There is no reply: the daemon is not there, or went away.</exception>
    public Task<Reply> SendAsync(RequestEnvelope request, CancellationToken cancel);

    /// <summary>Opens a stream to a TCP port of a guest.</summary>
    /// <exception cref="CliException">The daemon is not there, or refused.</exception>
    public Task<IGuestStream> ConnectAsync(string vm, int port, CancellationToken cancel);

    /// <summary>Joins those who watch a guest's serial console.</summary>
    /// <param name="vm">The VM's id or name.</param>
    /// <param name="lines">So many lines of what was printed before come first.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="CliException">The daemon is not there, or refused.</exception>
    public Task<IGuestStream> OpenConsoleAsync(string vm, int lines, CancellationToken cancel);

    /// <summary>Sends a file, and gives the frames of the daemon's answer while it does so.</summary>
    /// <param name="path">Where to: path and query.</param>
    /// <param name="source">What is sent; null when the path says all.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="CliException">As below; or the file cannot be read.</exception>
    public IAsyncEnumerable<DaemonFrame> UploadAsync(string path, SourceFile? source, CancellationToken cancel);

    /// <summary>Sends one request, and gives the frames that tell how far it is; the last is its reply.</summary>
    /// <exception cref="CliException">The daemon is not there, or went away; or this way carries no streams.</exception>
    public IAsyncEnumerable<DaemonFrame> TellAsync(RequestEnvelope request, CancellationToken cancel);

    /// <summary>The frames of a stream of the daemon's, until it ends or is cut off.</summary>
    /// <param name="what">Which one.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="CliException">The daemon is not there, refused, or went away.</exception>
    public IAsyncEnumerable<DaemonFrame> FollowAsync(FollowRequest what, CancellationToken cancel);
}
