using System.CommandLine;
using Aetherscale.Cli.Completions;
using Aetherscale.Cli.Output;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Verbs;

/// <summary>A verb that takes one host and nothing else.</summary>
internal abstract class HostVerb : Verb
{
    private readonly Session _session;
    private readonly string _doing;
    private readonly Argument<string?> _host = new("HOST") { Description = "The host's name, as list-hosts tells it.", HelpName = "HOST" };

    /// <param name="session">Sends the request.</param>
    /// <param name="completions">Knows the hosts' names.</param>
    /// <param name="command">One of <see cref="CommandNames"/>.</param>
    /// <param name="description">For the list of verbs.</param>
    /// <param name="doing">What the spinner says, before the host's name.</param>
    /// <param name="needsHost">Whether it must be named.</param>
    protected HostVerb(Session session, HostCompletions completions, string command, string description, string doing, bool needsHost)
        : base(command, description)
    {
        _session = session;
        _doing = doing;
        _host.Arity = needsHost ? ArgumentArity.ExactlyOne : ArgumentArity.ZeroOrOne;
        _host.CompletionSources.Add(completions.Find);
        Add(_host);
    }

    /// <summary>How the answer is shown.</summary>
    protected virtual Screen Show(IReadOnlyList<Reply> replies) => HostScreen.ResultOf(replies);

    protected override Task<int> RunAsync(ParseResult line, CancellationToken cancel)
    {
        var host = line.GetValue(_host);
        var request = _session.Request(Name, new HostOptions { Host = host }, ContractJson.Wire.HostOptions);
        return _session.SendAsync(line, $"{_doing} {host ?? "the host"}", [request], Show, cancel);
    }
}
