using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RoboPerception.Core;
using RoboPerception.Messaging;
using RoboPerception.Node.Commands;
using RoboPerception.Node.Logging;
using RoboPerception.Node.Pipeline;
using RoboPerception.Node.Web;

namespace RoboPerception.Node.Hosting;

/// <summary>
/// One run of the node from start to end: the services of <see cref="NodeServices"/> on .NET's host, with a web server where
/// <c>http.port</c> asks for one. The builders are the empty ones: nothing but our own strict configuration is read.
/// </summary>
internal sealed class NodeApplication : IAsyncDisposable
{
    private readonly NodeRequest request;
    private readonly IHost host;
    private bool started;
    private bool stopped;

    /// <summary>A node that does not run yet.</summary>
    public NodeApplication(NodeRequest request, NodeLog log)
    {
        this.request = request;
        host = request.Settings.HttpPort > 0 ? WithHttp(request, log) : WithoutHttp(request, log);
    }

    /// <summary>The pipelines, for tests and benchmarks.</summary>
    public IReadOnlyList<CameraPipeline> Cameras => host.Services.GetRequiredService<PipelineService>().Cameras;

    /// <summary>Where subscribers connect, once running.</summary>
    public BrokerAddress Broker => host.Services.GetRequiredService<BrokerService>().Connection.Broker;

    /// <summary>Brings everything up.</summary>
    /// <exception cref="UserErrorException">With the exit code of what is missing: 2 configuration, 3 model, 4 source, 5 broker.</exception>
    public async Task StartAsync(CancellationToken stop)
    {
        if (request.Settings.Cameras.Count == 0)
        {
            throw new UserErrorException(ExitCode.Usage, "no source: name one, e.g. 'roboperception run v4l2:///dev/video0', or list cameras in the configuration");
        }
        NamedFiles.Check(request);
        // Makes every service and loads the model: what fails here leaves nothing that would have to be stopped.
        _ = host.Services.GetServices<IHostedService>().Count();
        started = true;
        try
        {
            await host.StartAsync(stop).ConfigureAwait(false);
        }
        catch (Exception e) when (WebServer.BindFailure(e, request.Settings) is { } failure)
        {
            throw failure;
        }
        if (request.Settings.HttpPort > 0)
        {
            host.Services.GetRequiredService<ILoggerFactory>().CreateLogger(LogComponents.Http).LogInformation("dashboard at {Address}", $"http://{new IPEndPoint(request.Settings.HttpAddress, request.Settings.HttpPort)}/");
        }
    }

    /// <summary>Runs until the recordings are over, a service fails, or <paramref name="stop"/>; then stops everything in order.</summary>
    /// <exception cref="UserErrorException">What the run ended by.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
        using CancellationTokenRegistration asked = stop.Register(lifetime.StopApplication);
        using CancellationTokenRegistration stops = lifetime.ApplicationStopping.Register(stopping.SetResult);
        await stopping.Task.ConfigureAwait(false);
        await StopAsync().ConfigureAwait(false);
        if (host.Services.GetRequiredService<NodeEnd>().Failure is { } failure)
        {
            throw failure;
        }
    }

    /// <summary>Stops what still runs and says <c>stopped</c>.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopAsync().ConfigureAwait(false);
        }
        finally
        {
            await ((IAsyncDisposable)host).DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task StopAsync()
    {
        if (started && !stopped)
        {
            stopped = true;
            await host.StopAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static IHost WithoutHttp(NodeRequest request, NodeLog log)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true, ContentRootPath = AppContext.BaseDirectory });
        Configure(builder, request, log);
        return builder.Build();
    }

    private static WebApplication WithHttp(NodeRequest request, NodeLog log)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        Configure(builder, request, log);
        WebServer.Add(builder, request.Settings);
        WebApplication application = builder.Build();
        WebServer.Map(application);
        return application;
    }

    private static void Configure(IHostApplicationBuilder builder, NodeRequest request, NodeLog log)
    {
        builder.Services.AddNode(request);
        builder.Services.AddSingleton(log);
        builder.Logging.AddProvider(log);
        NodeLog.Filter(builder.Logging, request.Settings);
    }
}
