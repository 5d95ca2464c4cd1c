using System.Globalization;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Output;

/// <summary>What happened to a VM, for people.</summary>
internal static class EventText
{
    /// <summary>RFC 3339, so that <c>date -d</c> takes it.</summary>
    public static string Moment(DateTimeOffset time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>What, who asked, and where more is to be found.</summary>
    public static string Of(VmEvent what) =>
        what.Text
        + (what.Times is { } times ? string.Create(CultureInfo.InvariantCulture, $", {times} times") : "")
        + By(what.Requester)
        + (what.WhileAway == true ? "; found out later" : "")
        + (what.Bundle is { } bundle ? $"; see {bundle.Folder}" : "");

    private static string By(VmEventRequester? who) => who switch
    {
        null => "",
        { Door: "socket" } => string.Create(
            CultureInfo.InvariantCulture, $" ({who.Command} from user {who.Uid}, {who.Client ?? "-"}[{who.Pid}]{Request(who)})"),
        _ => $" ({who.Command} over {who.Client ?? who.Door}{Request(who)})",
    };

    private static string Request(VmEventRequester who) => who.RequestId is { } id ? $", request {id}" : "";
}
