using System.CommandLine;
using Aetherscale.Cli.Output;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>doctor</c>: what is wrong with the host, and what mends it.</summary>
internal sealed class Doctor(Session session) : Verb(CommandNames.Doctor, "say what is wrong with the host, and what mends it")
{
    public override string Synopsis => "doctor";

    public override IReadOnlyList<string> Details =>
    [
        "Looks at all that VMs need of the daemon's host: QEMU, KVM, the sandbox, systemd, lingering, the network's programs, room, "
        + "permissions, the broker, the clock, and what was left over. Nothing is changed.",
        "Each line is ok, a warning (VMs run, and could do better) or a failure (something must be done, or VMs are lost or do not "
        + "start), with the command that mends it where one does. After a failure the exit code is 1. Where no daemon answers, it is 3, "
        + "and the reason is looked for from here.",
    ];

    public override IReadOnlyList<Example> Examples =>
    [
        new("Is all well?", "aetherscale-cli doctor"),
        new("Only what has to be done", "aetherscale-cli doctor | grep ^fail"),
    ];

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken cancel)
    {
        var request = new RequestEnvelope
        {
            Command = CommandNames.Doctor,
            RequestId = session.Around.NewRequestId(),
        };
        var code = await session.SendAsync(line, "Asking the daemon", [request], replies => DoctorScreen.Of(replies, session.OtherUser(line)), cancel, Verdict);
        if (code == ExitCodes.Unreachable)
        {
            session.ShowInstead(line, socket => DoctorScreen.Of(HostLook.At(socket, session.Around)));
        }

        return code;
    }

    private static int Verdict(Reply reply) =>
        reply.Read(Replies.Json.DoctorResponse).Status == DoctorStatus.Fail ? ExitCodes.Refused : ExitCodes.Done;
}
