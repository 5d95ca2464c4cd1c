using System.Text.Json.Nodes;

namespace Aetherscale.SystemTests.BadInputs;

/// <summary>One request of every command with all of its members, to be spoilt.</summary>
internal static class ValidRequests
{
    public static IReadOnlyList<string> All { get; } =
    [
        """{"command":"create-vm","options":{"image":"polite","name":"db","cpus":1,"memory":128,"no-start":true,"autostart":"never","restart":"always","graphics":"vnc","firmware":"uefi","disk":70,"hostname":"db","user-data":"#!/bin/sh","network-config":"{}","init-script":"#!/bin/sh","enable-linger":false,"labels":[],"wait":false},"request-id":"r-1","deadline":"2100-01-01T00:00:00Z"}""",
        """{"command":"start-vm","options":{"vm-id":"web"},"request-id":"r-2"}""",
        """{"command":"stop-vm","options":{"vm-id":"web","wait":true,"timeout":5,"kill":false},"request-id":"r-3"}""",
        """{"command":"restart-vm","options":{"vm-id":"web","timeout":5,"hard":false},"request-id":"r-7"}""",
        """{"command":"pause-vm","options":{"vm-id":"web"},"request-id":"r-8"}""",
        """{"command":"resume-vm","options":{"vm-id":"web"},"request-id":"r-9"}""",
        """{"command":"wait-vm","options":{"vm-id":"web","for":"stopped","timeout":1},"request-id":"r-10"}""",
        """{"command":"delete-vm","options":{"vm-id":"web"},"request-id":"r-4"}""",
        """{"command":"show-vm","options":{"vm-id":"web"},"request-id":"r-5"}""",
        """{"command":"list-vms","options":{"status":"running","name":"web","image":"polite","fleet":false},"request-id":"r-6"}""",
        """{"command":"import-image","options":{"name":"polite","url":"ftp://nowhere/i","checksum":"none","format":"qcow2","source":"x"},"request-id":"r-11"}""",
        """{"command":"show-image","options":{"name":"polite"},"request-id":"r-12"}""",
        """{"command":"delete-image","options":{"name":"polite"},"request-id":"r-13"}""",
        """{"command":"copy-image","options":{"name":"polite","new-name":"polite"},"request-id":"r-14"}""",
        """{"command":"add-remote","options":{"name":"Bad","url":"ftp://nowhere/"},"request-id":"r-15"}""",
        """{"command":"remove-remote","options":{"name":"nowhere"},"request-id":"r-16"}""",
        """{"command":"show-host","options":{"host":"nowhere"},"request-id":"r-17"}""",
        """{"command":"offer-vm","options":{"image":"polite","cpus":1,"memory":128,"labels":["none"]},"request-id":"r-18"}""",
        """{"command":"read-image","options":{"name":"polite"},"request-id":"r-19"}""",
        """{"command":"send-image","options":{"digest":"sha256:00","queue":"amq.gen-x"},"request-id":"r-20"}""",
    ];

    /// <summary>Every object in it, from the outside in.</summary>
    public static IEnumerable<JsonObject> ObjectsIn(JsonObject request) =>
        request.Select(member => member.Value).OfType<JsonObject>().SelectMany(ObjectsIn).Prepend(request);
}
