using RoboPerception.Core;
using RoboPerception.Messaging;

namespace RoboPerception.Node.Commands;

/// <summary>Tries a broker that the user named.</summary>
internal static class DoctorBroker
{
    /// <summary>Connects once and says how it went; the password comes from the file or the environment and is never shown.</summary>
    public static DoctorCheck Check(string url, string? passwordFile, string? caFile) =>
        DoctorCheck.Try("broker", DoctorState.Missing, "launch/mosquitto.conf shows a broker that works", () =>
        {
            var options = new MqttConnectionOptions
            {
                Broker = BrokerAddress.Parse(url),
                ClientId = $"roboperception-doctor-{Guid.NewGuid():N}",
                PasswordFile = passwordFile,
                Password = Environment.GetEnvironmentVariable("ROBOPERCEPTION__BROKER__PASSWORD"),
                CaFile = caFile,
                FailFast = true,
            };
            return ConnectAsync(options).GetAwaiter().GetResult();
        });

    private static async Task<string> ConnectAsync(MqttConnectionOptions options)
    {
        var connection = new MqttConnection(options);
        await using (connection.ConfigureAwait(false))
        {
            await connection.StartAsync().ConfigureAwait(false);
            return $"connected to {options.Broker}";
        }
    }
}
